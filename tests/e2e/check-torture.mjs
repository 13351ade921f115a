// check-torture.mjs - flota torture finds the bricks of firmware that has some, exactly there, and none in Flota's.
// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Checks, firmware, run, tool, vboardProgram } from './board.mjs';

const arm = process.env.FLOTA_ARM ?? new URL('../../build/arm', import.meta.url).pathname;
const program = process.env.FLOTA_TOOL ?? tool;
const vboard = process.env.FLOTA_VBOARD ?? vboardProgram;
const foreign = (name) => join(arm, `examples/foreign/${name}.bin`);
const unsafe = (name) => join(arm, `tests/firmware/unsafe/${name}.bin`);
const folder = mkdtempSync(join(tmpdir(), 'flota-torture-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const checks = new Checks('torture');

/** Run flota torture; resolves to {code, stdout, stderr, report}, report from --json. */
async function torture(args, env = process.env) {
  const json = join(folder, 'report.json');
  rmSync(json, { force: true });
  const started = Date.now();
  const result = await run(program, ['torture', ...args, ...(args.includes('--only') ? [] : ['--json', json])],
    { env, timeout: 900_000 });
  result.seconds = (Date.now() - started) / 1000;
  if (existsSync(json)) {
    result.bytes = readFileSync(json, 'utf8');
    result.report = JSON.parse(result.bytes);
  }
  return result;
}

const pump = ['--firmware', foreign('foreign1'), '--update', foreign('foreign2'), '--address', '192.168.0.20',
  '--board=--cores=1'];
const said = (result) => `code ${result.code}\n${result.stderr}\n${result.stdout.slice(-600)}`;
const verdictOf = (report, test) => report.all.filter(([name]) => test.test(name)).map(([, verdict]) => verdict);

// --- a naive updater: one settings sector, rewritten at the first start after the swap ---

async function foreignBricks() {
  const page = join(folder, 'report.html');
  const result = await torture([...pump, '--points', '5', '--seeds', '2', '--pairs', '6', '--html', page]);
  const { report } = result;
  if (!checks.check('foreign: bricks end with status 1', result.code === 1 && report, said(result))) return;
  const swap = report.operations - 2; // the last two: erase and program of the settings
  const single = report.found.filter(({ case: name }) => !name.includes(','));
  checks.check('foreign: only the settings sector of the new firmware bricks it',
    single.length > 0 && single.every((brick) => brick.operation > swap && brick.bank === 2 && brick.sector === 7),
    JSON.stringify(single.map((brick) => brick.case)));
  checks.check('foreign: an unreadable settings word bricks it, at both operations',
    verdictOf(report, new RegExp(`^(${swap + 1}|${swap + 2}):dead:\\d+$`)).join() === 'silence,silence');
  checks.check('foreign: before and after never do: that is why tests without ECC do not find it',
    verdictOf(report, /^\d+:(before|after):\d+$/).every((verdict) => verdict === 'fine'));
  checks.check('foreign: all was tried', report.undecided === 0 && report.pairs === 6 && report.points === 13,
    `${report.undecided} undecided, ${report.pairs} pairs, ${report.points} points`);
  checks.check('foreign: it ends with the summary',
    result.stdout.endsWith(`torture: ${report.cases} cases, 10 models, ${report.bricks} bricks\n`), result.stdout.slice(-200));
  const html = readFileSync(page, 'utf8');
  checks.check('the page needs nothing else, and has each brick', !/(src|href)=["']?http/.test(html) &&
    report.found.every((brick) => html.includes(`--only ${brick.case}<`)));
  await replays(report, single[0], `${swap + 2}:dead:0`);
}

// --- one command repeats it, and leaves what can be looked at ---

async function replays(report, brick, dead) {
  const line = (await torture([...pump, '--only', brick.case])).stdout;
  checks.check('a brick comes again', line.includes(`${brick.case}: ${brick.verdict}: ${brick.what}`), line);
  const fine = await torture([...pump, '--only', '1:torn:5']);
  checks.check('a safe cut ends with status 0, and shows the console', fine.code === 0 && /pump 2\.0/.test(fine.stdout), said(fine));
  const pair = report.all.find(([name, verdict]) => name.includes(',') && verdict !== 'no second cut');
  const again = await torture([...pump, '--only', pair[0]]);
  checks.check('a pair comes again', again.stdout.includes(`${pair[0]}: ${pair[1]}`), `${pair} ${said(again)}`);
  const kept = join(folder, 'kept.flash');
  const keep = await torture([...pump, '--only', dead, '--keep', kept]);
  const look = await run(vboard, ['--flash', kept, '--fast', '--run-for', '3', '--guest-ip', '192.168.0.20']);
  checks.check('what is kept in a file is the brick', keep.code === 1 && /pump 2\.0/.test(look.stdout) &&
    !/ready/.test(look.stdout), `${said(keep)}\n${look.stdout}`);
}

// --- the worst there is: the new firmware is copied over the one that runs ---

async function unsafeBricks() {
  const result = await torture(['--firmware', unsafe('unsafe1'), '--update', unsafe('unsafe2'), '--address', '192.168.0.20', '--board=--cores=1',
    '--points', '8', '--seeds', '1', '--repeat', '0', '--models', 'before,torn,after,dead', '--within', '10']);
  const { report } = result;
  if (!checks.check('unsafe: bricks end with status 1', result.code === 1 && report, said(result))) return;
  const first = report.operations / 2 + 1; // as many operations to receive it as to copy it
  const last = report.operations;
  const wrong = report.all.filter(([name, verdict]) => {
    const [number, model] = name.split(':');
    const lost = model === 'before' ? Number(number) > first : model === 'after' ? number >= first && number < last : number >= first;
    return lost !== (verdict !== 'fine');
  });
  checks.check(`unsafe: every cut from the first erase of the copy to its last word, and no other, bricks (${report.bricks} of ` +
    `${report.cases})`, wrong.length === 0 && report.bricks > 20, JSON.stringify(wrong));
}

// --- Flota ---

const flota = ['--firmware', firmware('project1'), '--update', firmware('project2'), '--address', '192.168.0.10', '--raw',
  '--request', 'POST /api/firmware_update?options=1', '--service', 'GET /api/firmware_update'];

async function flotaHasNone() {
  const old = `--board=--load=${firmware('project1')}@0x08100000`; // something to erase
  const result = await torture([...flota, old, '--points', '6', '--seeds', '1', '--repeat', '0', '--pairs', '12',
    '--models', 'before,torn,after,dead,late,defaults']);
  checks.check(`project1 to project2 has no bricks (${result.report?.cases} cases in ${result.seconds.toFixed(0)} s)`,
    result.code === 0 && result.report.bricks === 0 && result.report.cases > 80, said(result));
}

// --- the same again ---

async function sameAgain() {
  const few = [...pump, '--points', '2', '--seeds', '1', '--models', 'torn,dead', '--repeat', '0', '--within', '5', '--pairs', '3'];
  const first = await torture([...few, '--jobs', '1']);
  const second = await torture([...few, '--jobs', '3']);
  const third = await torture([...few, '--seed', '2']);
  checks.check('the same seed gives the same report, byte for byte', first.bytes && first.bytes === second.bytes);
  checks.check('another seed gives another', third.bytes && first.bytes !== third.bytes);
}

// --- what cannot be run ---

async function refused(name, args, words, env) {
  const result = await torture(args, env);
  checks.check(name, result.code === 2 && words.test(result.stderr) && /To do: /.test(result.stderr) &&
    result.seconds < 120, said(result));
}

async function badInputs() {
  const text = join(folder, 'text.bin');
  writeFileSync(text, 'This is no firmware at all, only a text that somebody named .bin by mistake.\n'.repeat(20));
  const other = (name, value) => pump.map((item, i) => (pump[i - 1] === name ? value : item));
  const quick = ['--within', '3', '--points', '0'];
  await refused('no files', [], /--firmware and --update are needed/);
  await refused('a file that is not there', other('--update', 'no.bin'), /no\.bin: there is no such file/);
  await refused('a folder', other('--update', folder), /cannot be read as a file/);
  await refused('a model that is none', [...pump, '--models', 'before,burnt'], /burnt: it is none of/);
  await refused('a case that is none', [...pump, '--only', '7:burnt:1'], /OPERATION:MODEL:SEED is needed/);
  await refused('a case behind the end', [...pump, '--only', '99999:dead:1'], /have the numbers 1 to \d+/);
  await refused('a model that does not fit', [...pump, '--only', '1:late:1'], /of the kind 'erase'/);
  await refused('a firmware that does not run', other('--firmware', text).concat(quick), /does not serve GET \/|flota-vboard has ended/);
  await refused('a wrong address', other('--address', '192.168.0.99').concat(quick), /does not serve GET \//);
  await refused('a service that is not there', [...pump, ...quick, '--service', 'GET /no'], /on the network, but does not answer so/);
  await refused('a request that is refused', [...pump, ...quick, '--request', 'POST /firmware'], /404 Not Found:\nThere is only/);
  await refused('an update that is refused', other('--update', text).concat(quick), /400 Bad Request:\nThis is no firmware/);
  await refused('the firmware that runs already', other('--update', foreign('foreign1')).concat(quick), /runs already/);
  await refused('a request that changes nothing', [...pump, ...quick, '--request', 'GET /'], /changes nothing in flash/);
  mkdirSync(join(folder, 'cli'));
  copyFileSync(program, join(folder, 'cli/flota'));
  const alone = await run(join(folder, 'cli/flota'), ['torture', ...pump], { env: { FLOTA_HOME: folder, PATH: '/nowhere' } });
  checks.check('no flota-vboard', alone.code === 2 && /flota-vboard is not there/.test(alone.stderr), alone.stderr);
}

async function interrupted() {
  const child = spawn(program, ['torture', ...pump], { stdio: ['ignore', 'ignore', 'pipe'] });
  child.stderr.on('data', (data) => /cases: /.test(data) && child.kill('SIGINT'));
  const code = await new Promise((resolve) => child.once('exit', resolve));
  checks.check('Ctrl-C ends it with status 130', code === 130, `code ${code}`);
}

const parts = { badInputs, sameAgain, unsafeBricks, foreignBricks, flotaHasNone, interrupted };
for (const [name, part] of Object.entries(parts)) {
  if (process.argv.length > 2 && !process.argv.slice(2).includes(name)) continue;
  const started = Date.now();
  await part();
  console.log(`torture: ${name} took ${((Date.now() - started) / 1000).toFixed(0)} s`);
}
process.exit(checks.end() ? 0 : 1);
