// check-guard.mjs - the guard on the virtual board: every decision, from flash contents made here.
//
// Small firmwares (tests/firmware/probe) say on the console how they began, and feed, hang or fault. Bank 1
// boots. The board runs as fast as it can, so that the watchdog's 16 s cost nothing. The last lines give the
// guard's size and times. FLOTA_ARM_DIR: another folder than build/arm. SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Checks, vboardProgram } from './board.mjs';
import { padded, seal } from './images.mjs';
import {
  JOURNAL, KIND, WORD, begin, confirmed, failed, records, seen, staged, swaptry, tagOf, torn,
} from './journal.mjs';

const ARM = process.env.FLOTA_ARM_DIR ?? new URL('../../build/arm', import.meta.url).pathname;
const BANK = 1 << 20;
const ACTION = { RUN: 0, STRANDED: 3 };
const REASON = { UNRECORDED: 1, CONFIRMED: 2, TRIAL: 3, INTERRUPTED: 4, ATTEMPTS: 5, DAMAGED: 6, FULL: 7 };
const OBSTACLE = { OTHER_FAILED: 2, OTHER_DAMAGED: 5 };
const WATCHDOG_FLAG = 1 << 26; // RCC_RSR, IWDG1RSTF

const checks = new Checks('guard');
const folder = mkdtempSync(join(tmpdir(), 'flota-guard-'));
const probe = (name) => readFileSync(join(ARM, 'tests/firmware/probe', `probe_${name}.bin`));
const example = (name) => readFileSync(join(ARM, 'examples', name, `${name}.bin`));
const misbehaving = (name) => readFileSync(join(ARM, 'tests/firmware', name, `${name}.bin`));
const good = probe('good'), hang = probe('hang'), fault = probe('fault');

// --- the virtual board's flash file: a page, a state byte per word of both banks, both banks ---

const STATES = 4096;
const DATA = STATES + 2 * (BANK / WORD);
const DEAD = 3;

class Flash {
  /** Both banks, each {image, journal: [records]}; records may hold null for a word that ECC cannot read. */
  constructor(one, two = {}, args = []) {
    this.file = join(folder, 'board.flash');
    this.args = args;
    rmSync(this.file, { force: true });
    this.start(1e-9, [one, two].flatMap((bank, index) => this.load(bank, index)));
    [one, two].forEach(({ journal = [] }, index) =>
      journal.forEach((word, at) => word ?? this.kill(index, JOURNAL / WORD + at)));
  }

  /** Only what is there is programmed: a blank word that is programmed with ones is not blank any more. */
  load({ image = Buffer.alloc(0), journal = [] }, index) {
    const words = Buffer.concat(journal.map((word) => word ?? Buffer.alloc(WORD, 0x5a)));
    return [[image, 0], [words, JOURNAL]].filter(([bytes]) => bytes.length > 0).flatMap(([bytes, offset]) => {
      const file = join(folder, `load-${index}-${offset}.bin`);
      writeFileSync(file, bytes);
      return ['--load', `${file}@0x${(0x08000000 + index * BANK + offset).toString(16)}`];
    });
  }

  bytes() { return readFileSync(this.file); }

  change(at, edit) {
    const bytes = this.bytes();
    edit(bytes, at);
    writeFileSync(this.file, bytes);
  }

  /** Make a word of a bank (0 or 1) unreadable by ECC. */
  kill(bank, word) { this.change(STATES + bank * (BANK / WORD) + word, (bytes, at) => (bytes[at] = DEAD)); }

  /** Turn one byte of a bank over, as if it had been staged otherwise. */
  damage(bank, offset) { this.change(DATA + bank * BANK + offset, (bytes, at) => (bytes[at] ^= 0xff)); }

  bank(index) { return this.bytes().subarray(DATA + index * BANK, DATA + (index + 1) * BANK); }

  cells() { return this.bytes().subarray(STATES); }

  start(seconds, args = []) {
    const screen = join(folder, 'console.txt');
    rmSync(screen, { force: true });
    const options = ['--fast', '--stats', '--run-for', seconds.toFixed(9), '--flash', this.file, '--uart3', screen];
    const run = spawnSync(vboardProgram, [...options, ...this.args, ...args], { encoding: 'utf8' });
    const [, ended] = run.stderr.match(/([\d.]+) s virtual/) ?? [];
    return { text: readFileSync(screen, 'utf8') + run.stderr, seconds: Number(ended), status: run.status };
  }

  /** Power on for so many virtual seconds. Returns what each start said, and the last words it found. */
  run(seconds) {
    const { text } = this.start(seconds);
    const fields = (line) => Object.fromEntries([...line.matchAll(/(\w+)=(\w[\w-]*)/g)]
      .map(([, name, value]) => [name, /^\d+$/.test(value) && name !== 'tag' ? Number(value) : value]));
    const starts = [...text.matchAll(/^probe (\w+) (.*)$/gm)].map(([, name, rest]) => ({ name, ...fields(rest) }));
    const words = [...text.matchAll(/^last words (.*)$/gm)].map(([, rest]) => fields(rest));
    return { text, starts, words, last: starts.at(-1) ?? {}, resets: Number(text.match(/(\d+) resets/)?.[1]) };
  }
}

const trial = (image, fallback = good, more = []) =>
  ({ image, journal: [begin(2, image, fallback), staged(2, image, fallback), ...more] });
const halfWritten = { image: good, journal: [begin(2, good, good)] };
const kept = (image, more = []) => ({ image, journal: [...confirmed(1, image), ...more] });
const kinds = (bank) => records(bank).map((record) => record?.kind ?? null).join();
const startedOnce = (run) => run.starts.length === 1 && run.resets === 0;
const byWatchdog = (attempts) => attempts.length > 0 && attempts.every((attempt) => attempt.cause & WATCHDOG_FLAG);
const said = (run) => run.text.slice(0, 800);

function expectStart(name, start, expected) {
  for (const [field, value] of Object.entries(expected)) checks.equal(`${name}: ${field}`, start[field], value);
}

/** Runs, and not one cell of the flash changes, at this power-on and the next. */
function runsAndWritesNothing(name, flash, expected) {
  const before = flash.cells();
  for (const which of ['first', 'second']) {
    const run = flash.run(3);
    expectStart(`${name}, ${which} power-on`, run.last,
      { name: 'good', bank: 1, power_on: 1, cause: 'power-on', ...expected });
    checks.check(`${name}, ${which} power-on: one start`, startedOnce(run), said(run));
    checks.check(`${name}, ${which} power-on: flash unchanged`, flash.cells().equals(before));
  }
}

function rollsBack(name, flash, seconds, reason, attempts) {
  const run = flash.run(seconds);
  expectStart(name, run.last,
    { name: 'good', bank: 2, action: ACTION.RUN, reason: REASON.CONFIRMED, cause: 'software' });
  const failed = records(flash.bank(0)).filter((record) => record?.kind === KIND.FAILED);
  checks.check(`${name}: FAILED stands there`, failed.length > 0, kinds(flash.bank(0)));
  checks.equal(`${name}: its reason`, failed[0]?.reason, reason);
  checks.equal(`${name}: its attempts`, failed[0]?.attempts, attempts);
  const cells = flash.cells();
  const again = flash.run(3);
  const stays = again.last.bank === 2 && again.starts.length === 1 && flash.cells().equals(cells);
  checks.check(`${name}: it stays so`, stays, said(again));
  return run;
}

// --- the cases ---

function whatRuns() {
  runsAndWritesNothing('factory', new Flash({ image: good }), { action: ACTION.RUN, reason: REASON.UNRECORDED });
  runsAndWritesNothing('factory, RAM all ones', new Flash({ image: good }, {}, ['--ram-fill', '0xFF']),
    { reason: REASON.UNRECORDED });
  runsAndWritesNothing('confirmed', new Flash(kept(good), kept(good)),
    { action: ACTION.RUN, reason: REASON.CONFIRMED });
  runsAndWritesNothing('records of another image', new Flash({ image: good, journal: confirmed(1, hang) }),
    { reason: REASON.UNRECORDED });
  const flash = new Flash(trial(good), kept(good));
  const run = flash.run(40);
  expectStart('good trial', run.last, { name: 'good', bank: 1, action: ACTION.RUN, reason: REASON.TRIAL, power_on: 1 });
  checks.check('good trial: it feeds the watchdog and runs on', startedOnce(run), said(run));
  checks.equal('good trial: one ATTEMPT', kinds(flash.bank(0)), [KIND.BEGIN, KIND.STAGED, KIND.ATTEMPT].join());
  checks.equal('good trial: counted as a power-on', records(flash.bank(0))[2]?.power_on, 1);
  for (let i = 2; i <= 8; i++) flash.run(1);
  checks.equal('good trial: eight power-ons', records(flash.bank(0)).length, 10);
  rollsBack('good trial, never confirmed in eight power-ons', flash, 3, REASON.ATTEMPTS, 8);
}

function whatHangs() {
  const flash = new Flash(trial(hang), kept(good));
  const run = rollsBack('hanging trial', flash, 80, REASON.ATTEMPTS, 4);
  const attempts = records(flash.bank(0)).filter((record) => record?.kind === KIND.ATTEMPT);
  const listed = (field) => attempts.map((attempt) => attempt[field]).join();
  checks.equal('hanging trial: one power-on and three resets', listed('power_on'), '1,0,0,0');
  checks.equal('hanging trial: numbered', listed('number'), '1,2,3,4');
  checks.check('hanging trial: the watchdog did it', byWatchdog(attempts.slice(1)));
  checks.equal('hanging trial: starts', run.starts.map((start) => `${start.name} ${start.cause}`).join(),
    'hang power-on,hang watchdog,hang watchdog,hang watchdog,good software');
  const words = run.words.at(-1) ?? {};
  checks.equal('hanging trial: its milestone reaches the other image', words.milestone, 8);
  checks.equal('hanging trial: under its own tag', words.tag, tagOf(hang).toString('hex').slice(0, 4));
  const silent = new Flash(kept(hang)).run(40);
  checks.check('hanging, but confirmed: no watchdog was started', startedOnce(silent), said(silent));
}

function whatFaults() {
  const run = rollsBack('faulting trial', new Flash(trial(fault), kept(good)), 20, REASON.ATTEMPTS, 4);
  const words = run.words.at(-1) ?? {};
  checks.equal('faulting trial: the other image knows the fault', words.what, 'BusFault');
  checks.check('faulting trial: its place lies in the image', /^0800[2-9]/.test(words.pc), JSON.stringify(words));
  checks.equal('faulting trial: its milestone', words.milestone, 8);
}

/** Whole firmwares, which the tests of updates use, too. */
function whatMisbehaves() {
  for (const name of ['hang_early', 'hang_main']) {
    const flash = new Flash(trial(misbehaving(name)), kept(good));
    rollsBack(name, flash, 90, REASON.ATTEMPTS, 4);
    const attempts = records(flash.bank(0)).filter((record) => record?.kind === KIND.ATTEMPT);
    checks.check(`${name}: the watchdog did it`, byWatchdog(attempts.slice(1)));
  }
  const run = rollsBack('fault', new Flash(trial(misbehaving('fault')), kept(good)), 90, REASON.ATTEMPTS, 4);
  const words = run.words.at(-1) ?? {};
  checks.equal('fault: the other image knows it', `${words.what} ${words.milestone}`, 'BusFault 41');
}

function whatIsDamaged() {
  const damaged = new Flash(trial(good), kept(good));
  damaged.damage(0, good.length - 40);
  const run = rollsBack('damaged trial', damaged, 3, REASON.DAMAGED, 1);
  checks.equal('damaged trial: it never ran', run.starts.length, 1);
  const dead = new Flash(trial(good), kept(good));
  dead.kill(0, Math.floor(good.length / WORD) - 2);
  rollsBack('trial with a dead word', dead, 3, REASON.DAMAGED, 1);
  rollsBack('half-written image', new Flash(halfWritten, kept(good)), 3, REASON.INTERRUPTED, 0);
  const full = { image: good, journal: [...Array(4088).fill(seen(1, good)), ...trial(good).journal] };
  rollsBack('trial with a full journal', new Flash(full, kept(good)), 3, REASON.FULL, 0);
}

function whatIsStranded() {
  const both = new Flash(trial(good), kept(good));
  both.damage(0, good.length - 40);
  both.damage(1, good.length - 40);
  const run = both.run(3);
  expectStart('both damaged', run.last,
    { name: 'good', bank: 1, action: ACTION.STRANDED, reason: REASON.DAMAGED, obstacle: OBSTACLE.OTHER_DAMAGED });
  checks.equal('both damaged: one start', run.starts.length, 1);
  const tries = [1, 2, 3].map((number) => swaptry(2, good, number));
  const gaveUp = [failed(2, good, REASON.ATTEMPTS)];
  const rejected = new Flash(trial(good, good, [...gaveUp, ...tries]), kept(good));
  const retried = rejected.run(3); // an image that hangs would have no other way out
  expectStart('three swaps rejected: once more at a power-on', retried.last, { bank: 2, reason: REASON.CONFIRMED });
  checks.equal('three swaps rejected: one more SWAPTRY', kinds(rejected.bank(0)).split(',').filter((kind) =>
    Number(kind) === KIND.SWAPTRY).length, 4);
  runsAndWritesNothing('both failed', new Flash(trial(good, good, gaveUp), trial(good, good, gaveUp)),
    { action: ACTION.STRANDED, reason: REASON.ATTEMPTS, obstacle: OBSTACLE.OTHER_FAILED });
  const cut = new Flash(trial(good, good, [...gaveUp, tries[0]]), kept(good));
  const again = cut.run(3);
  expectStart('FAILED stands there, the swap was cut', again.last, { bank: 2, reason: REASON.CONFIRMED });
  checks.equal('FAILED stands there, the swap was cut: one more SWAPTRY', kinds(cut.bank(0)),
    [KIND.BEGIN, KIND.STAGED, KIND.FAILED, KIND.SWAPTRY, KIND.SWAPTRY].join());
  runsAndWritesNothing('both half-written', new Flash(halfWritten, halfWritten),
    { action: ACTION.STRANDED, reason: REASON.INTERRUPTED });
}

function whatIsTorn() {
  const odd = [torn(seen(1, good)), null, null, torn(seen(1, good))];
  const oddAround = { image: good, journal: [null, ...odd, ...confirmed(1, good), null] };
  runsAndWritesNothing('confirmed, torn and dead words everywhere', new Flash(kept(good, odd), oddAround),
    { reason: REASON.CONFIRMED });
  runsAndWritesNothing('journals of dead words alone',
    new Flash({ image: good, journal: [null, null] }, { journal: [null, null, null] }), { reason: REASON.UNRECORDED });
  const block = new Flash(kept(good), kept(good));
  for (let word = 0x400 / WORD; word < 0x500 / WORD; word++) block.kill(1, word);
  runsAndWritesNothing('the other image cannot be read', block, { reason: REASON.CONFIRMED });
  const attempts = new Flash(trial(hang, good, [null, null, torn(seen(2, hang))]), kept(good));
  const run = rollsBack('dead words behind STAGED count as attempts', attempts, 40, REASON.ATTEMPTS, 4);
  checks.equal('dead words behind STAGED: one start', run.starts.map((start) => start.name).join(), 'hang,good');
}

/** The option byte starts the watchdog with the chip, after 0.5 s unless the guard makes it 16 s. */
function watchdogByOption() {
  const flash = new Flash(kept(good));
  const options = 24; // in the file's first page: two slots, the status first
  flash.change(options, (bytes, at) => bytes.writeUInt32LE((bytes.readUInt32LE(at) & ~(1 << 4)) >>> 0, at));
  const run = flash.run(40);
  checks.check('watchdog by option byte: a confirmed image is given time to feed it', startedOnce(run), said(run));
}

// --- the guard's bytes and times ---

const guardOf = (image) => image.subarray(0x500, 0x2000);

function sameBytes() {
  const images = { hang, fault, project1: example('project1'), project2: example('project2') };
  for (const [name, image] of Object.entries(images))
    checks.check(`the guard in ${name} is the same`, guardOf(image).equals(guardOf(good)));
  checks.equal('vector 1 is its fixed place', good.readUInt32LE(4), 0x08000501);
}

// As the application's first instruction: semihosting SYS_EXIT, "application exit".
const EXIT = Buffer.from([0x18, 0x20, 0x01, 0x49, 0xab, 0xbe, 0xfe, 0xe7, 0x26, 0x00, 0x02, 0x00]);

function guardTimes() {
  const image = padded(good, 400 * 1024);
  const at = image.length - 0x100;
  EXIT.copy(image, at);
  image.writeUInt32LE(0x08000001 + at, 0x1c);
  const measured = seal(image);
  const time = (...banks) => {
    const { seconds, status } = new Flash(...banks).start(5);
    return status === 0 ? seconds * 1000 : NaN;
  };
  const [everyday, onTrial] = [time(kept(measured), kept(good)), time(trial(measured), kept(good))];
  checks.check('a confirmed image starts within 25 ms', everyday <= 25, everyday);
  checks.check('a trial image of 400 KB starts within 250 ms', onTrial <= 250, onTrial);
  const size = guardOf(good).reduce((last, byte, offset) => (byte === 0xff ? last : offset + 1), 0);
  checks.check('the guard fits 4 KB', size <= 4096, size);
  console.log(`guard_text ${size} B`);
  console.log(`guard_ms_confirmed ${everyday.toFixed(1)}`);
  console.log(`guard_ms_400k ${onTrial.toFixed(1)}`);
}

try {
  for (const part of [whatRuns, whatHangs, whatFaults, whatMisbehaves, whatIsDamaged, whatIsStranded, whatIsTorn,
    watchdogByOption, sameBytes, guardTimes]) part();
} catch (error) {
  checks.check('no exception', false, error.stack);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`guard: ${checks.passed} of ${checks.passed + checks.failed} ok`);
process.exit(checks.failed === 0 && checks.passed > 0 ? 0 : 1);
