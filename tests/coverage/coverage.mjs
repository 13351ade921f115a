// coverage.mjs - reads gcov's JSON: which branches of these files did the tests take?
//
//     node coverage.mjs BUILD EXCEPTIONS FILE.c...
//
// A branch is an edge out of a condition, as gcc -O0 makes one for each operand of && and ||. Prints the numbers of each
// file, each branch that no test took with its line, and each exception. Fails unless every branch was taken or stands in
// EXCEPTIONS, where a line is for one branch, and when an exception there is not needed.
//
// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gunzipSync } from 'node:zlib'

function stop(text) {
  console.error(`coverage: ${text}`)
  process.exit(2)
}

function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    return stop(`${path} cannot be read: ${error.code}`)
  }
}

function notesBelow(folder) {
  if (!existsSync(folder)) stop(`${folder} is not there: build the preset coverage first (scripts/coverage does)`)
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return notesBelow(path)
    return entry.name.endsWith('.gcno') ? [path] : []
  })
}

// gcov's word on one object: its JSON, which with --stdout gcc 12 writes plainly, and others may compress.
function gcov(notes) {
  const output = execFileSync('gcov', ['--json-format', '--branch-probabilities', '--stdout', notes], {
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return JSON.parse(output[0] === 0x1f ? gunzipSync(output) : output)
}

// The lines of a source, out of the one object that it was compiled to.
function linesOf(source, notes) {
  const found = notes.filter((path) => basename(path) === `${basename(source)}.gcno`)
  if (found.length !== 1)
    stop(`${source}: ${found.length} .gcno files in the build, not one: was it compiled with --coverage? Remove the build folder and try again`)
  const file = gcov(found[0]).files.find((each) => each.file.endsWith(source))
  if (!file) stop(`${source}: gcov says nothing about it`)
  return file.lines
}

// file | function | part of the line's text | reason
function readExceptions(path) {
  return read(path)
    .split('\n')
    .map((text, index) => ({ text, where: `${path}:${index + 1}` }))
    .filter(({ text }) => text.trim() !== '' && !text.startsWith('#'))
    .map(({ text, where }) => {
      const fields = text.split(' | ').map((field) => field.trim())
      if (fields.length !== 4 || fields.some((field) => field === ''))
        stop(`${where}: not "FILE | FUNCTION | PART OF THE LINE | REASON": ${text}`)
      const [file, name, part, reason] = fields
      return { file, name, part, reason, where, count: 0 }
    })
}

const [build, exceptionsPath, ...sources] = process.argv.slice(2)
if (!build || !exceptionsPath || sources.length === 0) stop('usage: coverage.mjs BUILD EXCEPTIONS FILE.c...')
const notes = notesBelow(build)
const exceptions = readExceptions(exceptionsPath)
const sum = { branches: 0, taken: 0, excepted: 0, missing: [] }

function exceptionFor(source, line, text) {
  return exceptions.find(
    (each) =>
      each.count === 0 && each.file === source && each.name === line.function_name && text.includes(each.part),
  )
}

function look(source) {
  const lines = linesOf(source, notes)
  const texts = read(source).split('\n')
  const count = { lines: lines.length, run: 0, branches: 0, taken: 0, excepted: 0 }
  for (const line of lines) {
    const text = texts[line.line_number - 1].trim()
    count.run += line.count > 0
    line.branches.forEach((branch, index) => {
      count.branches++
      if (branch.count > 0) return count.taken++
      const exception = exceptionFor(source, line, text)
      if (exception) {
        exception.count++
        return count.excepted++
      }
      sum.missing.push(`${source}:${line.line_number}: ${line.function_name}(): branch ${index + 1} of ${line.branches.length} not taken: ${text}`)
    })
  }
  console.log(
    `coverage: ${source.padEnd(30)} lines ${count.run} of ${count.lines}, branches ${count.taken} of ${count.branches}` +
      (count.excepted ? `, ${count.excepted} excepted` : ''),
  )
  for (const key of ['branches', 'taken', 'excepted']) sum[key] += count[key]
}

for (const source of sources) look(source)
for (const text of sum.missing) console.log(`coverage: ${text}`)
for (const each of exceptions)
  if (each.count) console.log(`coverage: excepted: ${each.file}, ${each.name}(), "${each.part}": ${each.reason}`)
const unused = exceptions.filter((each) => each.count === 0)
for (const each of unused) console.log(`coverage: ${each.where}: this exception is not needed any more: remove it`)
console.log(
  `coverage: ${sum.taken} of ${sum.branches - sum.excepted} branches (${sum.excepted} excepted) in ${sources.length} files`,
)
process.exit(sum.missing.length === 0 && unused.length === 0 ? 0 : 1)
