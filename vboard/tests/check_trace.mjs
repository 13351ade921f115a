#!/usr/bin/env node
// check_trace.mjs VBOARD FIRMWARE_DIR PROJECT.bin - --trace-file: the VCD by a strict reader of IEEE 1364-2001 section 18, and what the
// text form says of the same run.
// SPDX-License-Identifier: GPL-2.0-or-later
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [vboard, firmware, project] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'trace-'));
const fail = (what) => {
  console.log(`FAIL   trace: ${what}`);
  process.exitCode = 1;
  throw new Error(what);
};
const must = (held, what) => held || fail(what);

/** Declarations, then changes as {at, name, value}; anything that the standard does not allow throws. */
function readVcd(text) {
  const lines = text.split('\n');
  must(lines.pop() === '', 'the last line has an end');
  const signals = new Map(); // identifier: {name, width}
  const names = new Set();
  const scopes = [];
  let line = 0;
  for (; lines[line] !== '$enddefinitions $end'; line++) {
    must(line < lines.length, 'no $enddefinitions');
    const words = lines[line].split(' ');
    must(words.at(-1) === '$end', `line ${line + 1}: no $end`);
    if (words[0] === '$scope') {
      must(words.length === 4 && words[1] === 'module' && /^[a-z]\w*$/i.test(words[2]), `scope: ${lines[line]}`);
      scopes.push(words[2]);
    } else if (words[0] === '$upscope') {
      must(words.length === 2 && scopes.pop() !== undefined, `upscope at line ${line + 1}`);
    } else if (words[0] === '$var') {
      const [, type, width, id, name] = words;
      must(words.length === 6 && type === 'wire' && /^[1-9]\d*$/.test(width), `var: ${lines[line]}`);
      must(/^[!-~]+$/.test(id) && !signals.has(id), `identifier ${id}`);
      const full = [...scopes.slice(1), name].join('.');
      must(/^[a-z]\w*$/i.test(name) && !names.has(full) && scopes.length > 0, `name ${full}`);
      names.add(full);
      signals.set(id, { name: full, width: Number(width) });
    } else must(['$version', '$timescale'].includes(words[0]), `line ${line + 1}: ${lines[line]}`);
  }
  must(scopes.length === 0, 'a scope is left open');
  must(text.includes('$timescale 1 ns $end'), 'the time scale');
  const changes = [];
  let at = null;
  let dumping = false;
  for (line++; line < lines.length; line++) {
    const now = lines[line];
    const time = /^#(\d+)$/.exec(now);
    const scalar = /^([01x])([!-~]+)$/.exec(now);
    const vector = /^b([01x]+) ([!-~]+)$/.exec(now);
    if (time) {
      must(at === null || BigInt(time[1]) > at, `line ${line + 1}: time ${now} after ${at}`);
      at = BigInt(time[1]);
    } else if (now === '$dumpvars' || now === '$end') {
      must(dumping === (now === '$end'), `line ${line + 1}: ${now}`);
      dumping = !dumping;
    } else {
      const [, value, id] = scalar ?? vector ?? fail(`line ${line + 1}: ${now}`);
      const signal = signals.get(id) ?? fail(`line ${line + 1}: identifier ${id} is not declared`);
      must(at !== null, 'a change before the first time');
      must(scalar ? signal.width === 1 : value === 'x' || value.length === signal.width, `line ${line + 1}: width`);
      if (!dumping) changes.push({ at, name: signal.name, value: vector ? parseInt(value, 2) : Number(value) });
    }
  }
  must(!dumping, '$dumpvars is left open');
  return { names, changes };
}

function trace(program, name, extra = [], status = 0) {
  const path = join(folder, name);
  const image = program.endsWith('.bin') ? program : join(firmware, `${program}.bin`);
  const run = spawnSync(vboard, ['--fast', '--run-for', '20', '--trace-file', path, '--load', image, ...extra], {
    encoding: 'utf8',
    timeout: 120000,
  });
  must(run.status === status, `${program}: status ${run.status} ${run.stderr}`);
  return readFileSync(path, 'utf8');
}

const values = (vcd, name) => vcd.changes.filter((change) => change.name === name).map((change) => change.value);

/** Both forms of one run tell of the same events. */
function same(program, pattern, count, what) {
  const lines = trace(program, `${program}.txt`).split('\n').filter((text) => pattern.test(text)).length;
  must(lines === count, `${program}: ${lines} lines of ${what} in the text, ${count} in the VCD`);
}

try {
  const flash = readVcd(trace('flash_erase', 'flash.vcd'));
  must(flash.names.has('pins.PJ2') && flash.names.has('pins.PK0'), 'PJ2 and PK0 are declared');
  const operations = values(flash, 'flash.operation');
  must(operations.length > 2 && operations.every((number, i) => number === i + 1), `operations ${operations}`);
  const states = [...values(flash, 'flash.bank1'), ...values(flash, 'flash.bank2')];
  must([0, 1, 2].every((state) => states.includes(state)), `bank states ${states}`);
  same('flash_erase', /^\d+\.\d{9} flash \d+ \w+ bank [12] word \d+ count \d+ begins$/, operations.length, 'flash');

  const tasks = readVcd(trace('cpu_tasks', 'tasks.vcd'));
  const exceptions = values(tasks, 'chip.exception');
  must([0, 11, 14, 15].every((number) => exceptions.includes(number)), `exceptions ${new Set(exceptions)}`);
  same('cpu_tasks', / exception 15 entered$/, exceptions.filter((n, i) => n === 15 && exceptions[i - 1] !== 15).length, 'SysTick');

  const pins = readVcd(trace('soc_gpio', 'pins.vcd'));
  must(pins.changes.some((change) => change.name.startsWith('pins.')), 'no pin changes');
  const resets = readVcd(trace('cpu_system_reset', 'resets.vcd'));
  must(values(resets, 'chip.resets').at(-1) >= 2, 'resets are counted');
  must(values(resets, 'chip.power').join() === '1,0' || values(resets, 'chip.power').join() === '1', 'power');
  const frames = readVcd(trace(project, 'frames.vcd', ['--deterministic', '--run-for', '3'], 3));
  const sent = values(frames, 'ethernet.frames_out');
  must(sent.length > 0 && sent.every((number, i) => number === i + 1), `frames out ${sent}`);
  must(values(frames, 'ethernet.frame_out_size').length > 0, 'sizes of frames');
  const count = [flash, tasks, pins, resets, frames].reduce((sum, vcd) => sum + vcd.changes.length, 0);
  console.log(`ok     trace: 5 VCD files with ${count} changes of ${flash.names.size} signals hold by the standard, the text agrees`);
} catch (error) {
  if (!process.exitCode) throw error;
} finally {
  rmSync(folder, { recursive: true });
}
