// run.mjs - mutants of the boot core and the updater: do the tests notice? See README.md.
// SPDX-License-Identifier: Apache-2.0
import {readFileSync} from 'node:fs';
import {cpus} from 'node:os';
import {parseArgs} from 'node:util';
import {judges as allJudges, mutated, prepare} from './build.mjs';
import {Bench, calibrate, inParallel, judge, reason} from './judge.mjs';
import {difference, mutantsOf, mutate, shuffled} from './mutants.mjs';
import {operators} from './operators.mjs';

const GOAL = 0.95;
const SURVIVORS = 'tests/mutants/survivors.txt';
const usage = `usage: scripts/mutants [--count N] [--seed N] [--file NAME] [--all] [--only ID] [--list] [--jobs N] [--build FOLDER]
  --count N     so many mutants, chosen by the seed (320)
  --seed N      another choice (1)
  --file NAME   of this file only: boot_steps
  --all         every mutant: some hours
  --only ID     one mutant, its difference, and what each judge says
  --list        the ids, with their differences
  --jobs N      at once (as many as there are processors)
  --build FOLDER  where the judges are built (build/mutants)
`;

function readOptions() {
    const text = {type: 'string'}, flag = {type: 'boolean'};
    const {values} = parseArgs({options: {count: text, seed: text, file: text, only: text, jobs: text, build: text, all: flag, list: flag, help: flag}});
    const number = (name, standard) => {
        const value = Number(values[name] ?? standard);
        if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} takes a number from 1, not "${values[name]}"`);
        return value;
    };
    return {...values, count: number('count', 320), seed: number('seed', 1), jobs: number('jobs', cpus().length), build: values.build ?? 'build/mutants'};
}

/** "ID reason" lines. */
function readSurvivors(ids) {
    const lines = readFileSync(SURVIVORS, 'utf8').split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
    const reasons = new Map(lines.map((line) => [line.split(/\s+/)[0], line.replace(/^\S+\s*/, '')]));
    const bad = [...reasons].filter(([id, why]) => !ids.has(id) || why.length < 10).map(([id]) => id);
    if (bad.length > 0) throw new Error(`${SURVIVORS}: no such mutant, or no reason: ${bad.join(', ')}`);
    return reasons;
}

/** The first `count` that the compiler takes and makes other code of. */
async function choose(benches, sources, mutants, count) {
    const chosen = [], dropped = {refused: 0, equal: 0}, truth = {};
    for (const file of Object.keys(sources)) truth[file] = await benches[0].code(file, sources[file]);
    for (let at = 0; at < mutants.length && chosen.length < count;) {
        const part = mutants.slice(at, at + Math.max(benches.length, count - chosen.length));
        at += part.length;
        const codes = await inParallel(benches, part, (bench, mutant) => bench.code(mutant.file, mutate(sources[mutant.file], mutant)));
        part.forEach((mutant, index) => {
            if (codes[index] === null) dropped.refused++;
            else if (codes[index] === truth[mutant.file]) dropped.equal++;
            else chosen.push(mutant);
        });
    }
    return {chosen: chosen.slice(0, count), dropped};
}

function printHead(mutants, sources) {
    console.log(`mutants: ${mutants.length} possible, of ${Object.keys(sources).length} files: ${Object.keys(sources).join(' ')}`);
    for (const [name, text] of operators)
        console.log(`mutants:   ${name.padEnd(10)} ${text} (${mutants.filter((mutant) => mutant.operator === name).length})`);
}

async function showOne(bench, judges, source, mutant) {
    console.log(difference(source, mutant));
    const code = await bench.code(mutant.file, mutate(source, mutant));
    if (code === null || code === await bench.code(mutant.file, source)) {
        console.log(`mutants: ${mutant.id}: ${code === null ? 'the compiler refuses it' : 'the compiler makes the same code of it'}`);
        return 0;
    }
    const found = await judge(bench, judges, mutant.file, mutate(source, mutant), (one, result) =>
        console.log(`  ${one.name.padEnd(28)} ${result.status === 0 ? 'sees nothing' : reason(result)}`));
    console.log(`mutants: ${mutant.id}: ${found ? `killed by ${found.judge}: ${found.why}` : 'SURVIVED'}`);
    return found ? 0 : 1;
}

function tally(results, key) {
    const counts = new Map();
    for (const result of results) counts.set(key(result), (counts.get(key(result)) ?? 0) + 1);
    return [...counts].sort(([, a], [, b]) => b - a);
}

/** Of all that was started and has ended. Source: proc(5), /proc/PID/stat: cutime, cstime, in 1/100 s. */
function processorSeconds() {
    const fields = readFileSync('/proc/self/stat', 'utf8').replace(/^.*\) /, '').split(' ');
    return Math.round((Number(fields[13]) + Number(fields[14])) / 100);
}

function summary(results, reasons, sources, started) {
    const killed = results.filter(({found}) => found), survivors = results.filter(({found}) => !found);
    for (const [name, count] of tally(killed, ({found}) => found.judge)) console.log(`mutants: ${String(count).padStart(5)} killed by ${name}`);
    console.log(`mutants: ${String(killed.filter(({found}) => found.why === 'came to no end').length).padStart(5)} of them came to no end`);
    const unexplained = survivors.filter(({mutant}) => !reasons.has(mutant.id));
    for (const {mutant} of survivors.filter((one) => !unexplained.includes(one)))
        console.log(`mutants: survived: ${mutant.id}: ${reasons.get(mutant.id)}`);
    for (const {mutant} of unexplained)
        console.log(`mutants: SURVIVED, and ${SURVIVORS} does not say why:\n${mutant.id} ${difference(sources[mutant.file], mutant)}`);
    for (const {mutant, found} of killed)
        if (reasons.has(mutant.id)) console.log(`mutants: ${SURVIVORS} names ${mutant.id}, which ${found.judge} killed: take the line out`);
    console.log(`mutants: ${((Date.now() - started) / 60000).toFixed(1)} minutes, ${processorSeconds()} s of the processor`);
    console.log(`mutants: ${killed.length} of ${results.length} killed`);
    return killed.length < GOAL * results.length || unexplained.length > 0 ? 1 : 0;
}

async function main(options) {
    const started = Date.now();
    const sources = Object.fromEntries(mutated().map((file) => [file, readFileSync(file, 'utf8')]));
    const every = Object.entries(sources).flatMap(([file, source]) => mutantsOf(file, source));
    const reasons = readSurvivors(new Set(every.map(({id}) => id)));
    const mutants = shuffled(every.filter(({id, file}) => (!options.file || file.endsWith(`/${options.file}.c`)) && (!options.only || id === options.only)), options.seed);
    if (mutants.length === 0) throw new Error(`there is no mutant ${options.only ?? `of ${options.file}`}: scripts/mutants --list shows all`);
    if (options.list) {
        for (const mutant of mutants) console.log(`${mutant.id} ${difference(sources[mutant.file], mutant)}`);
        return 0;
    }
    prepare(options.build, options.jobs);
    const judges = allJudges(options.build).filter(({name}) => !/^test_(signature|trust)/.test(name)); // slow, and of other files
    const benches = Array.from({length: options.jobs}, (_, index) => new Bench(options.build, String(index)));
    await calibrate(benches[0], judges, sources);
    if (options.only) return showOne(benches[0], judges, sources[mutants[0].file], mutants[0]);
    printHead(mutants, sources);
    const {chosen, dropped} = await choose(benches, sources, mutants, options.all ? Infinity : options.count);
    console.log(`mutants: ${chosen.length} chosen (seed ${options.seed}); passed over: ${dropped.refused} that the compiler refuses, ${dropped.equal} that it makes the same code of`);
    let done = 0;
    const results = await inParallel(benches, chosen, async (bench, mutant) => {
        const found = await judge(bench, judges, mutant.file, mutate(sources[mutant.file], mutant));
        const minutes = ((Date.now() - started) / 60000).toFixed(1);
        console.log(`mutants: ${++done}/${chosen.length} (${minutes} min) ${mutant.id}: ${found ? `${found.judge}: ${found.why}` : 'SURVIVED'}`);
        return {mutant, found};
    });
    return summary(results, reasons, sources, started);
}

try {
    const options = readOptions();
    if (options.help) console.log(usage);
    else process.exitCode = await main(options);
} catch (error) {
    console.error(`mutants: ${error.message}`);
    process.exitCode = 2;
}
