// check_control.mjs VBOARD IMAGE UPDATE - the control socket as CONTROL.md has it: commands, runs and
// their ends, abuse, forks and snapshots, determinism. IMAGE: a firmware with a web server at
// 192.168.0.10 that takes UPDATE at POST /api/firmware_update.
// SPDX-License-Identifier: GPL-2.0-or-later
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Board, children, firmware, folder, isGone, isRunning, load, until } from './control_client.mjs';

const [program, image, update, only] = process.argv.slice(2);
const ip = ['--guest-ip', '192.168.0.10'];
const second = 1e9;

const loop = firmware('loop', [0xe7fe]);
const sleeper = firmware('sleeper', [0xbf30, 0xe7fd]); // wfi; b .-2
const lockUp = firmware('lock-up', [0xde00]);
const resetLoop = firmware('reset-loop', [load(0, 0, 0), load(1, 1, 1), 0x6001, 0xe7fe], [0xe000ed0c, 0x05fa0004]);
const exits = (value) => firmware(`exit-${value}`, [0x2018, load(1, 0, 1), 0xbeab, 0xe7fe], [value]);
// USART3 with its reset clock, HSI: one X after the other.
const chatter = firmware('chatter', [
  load(0, 0, 0), load(1, 1, 1), 0x6001, // RCC_APB1LENR = USART3EN
  load(2, 2, 3), 0x2140, 0x60d1, 0x2109, 0x6011, // BRR = 64; CR1 = UE | TE
  load(3, 3, 8), 0x6293, // TDR = 'X'
  0x69d4, 0x0624, 0xd5fc, // until ISR.TXE (bit 7): ldr r4; lsls r4, #24; bpl
  0xe7fa], [0x580244e8, 1 << 18, 0x40004800, 0x58]);

const checks = [];
const check = (name, act) => checks.push({ name, act });
const withBoard = (name, path, args, act, options) => check(name, async () => {
  const board = await Board.start(program, path, args, options);
  try {
    await act(board.client, board);
  } finally {
    await board.stop();
  }
});

/* --- standing still and running --- */

withBoard('a deterministic board stands still until it is told to run', loop, [], async (client) => {
  const before = await client.tell('status');
  assert.equal(before.now_ns, 0);
  assert.equal(before.instructions, 0);
  const run = await client.run({ time_ns: 5e6 });
  assert.equal(run.stopped, 'time_ns');
  assert.ok(run.now_ns >= 5e6 && run.now_ns < 5.01e6);
  assert.equal((await client.tell('status')).now_ns, run.now_ns);
});

withBoard('a run is bounded in virtual time and in host time', loop, [], async (client) => {
  assert.equal((await client.run({ resets: 1 }, { for_ns: 2e6 })).stopped, 'time');
  const start = Date.now();
  const answer = await client.run({ resets: 1 }, { for_ns: 1e6 * second, host_s: 1 });
  assert.equal(answer.stopped, 'host-time');
  assert.match(answer.why, /host_s/);
  assert.ok(Date.now() - start < 10000);
});

withBoard('a board that sleeps or is off lets time pass at once', sleeper, [], async (client) => {
  await client.run({ time_ns: 100 * second }, { for_ns: 200 * second });
  await client.tell('power', { on: false });
  const off = await client.run({ time_ns: 200 * second }, { for_ns: 200 * second });
  assert.equal(off.powered, false);
  assert.ok(off.now_ns >= 200 * second);
});

withBoard('a locked up core ends the run', lockUp, [], async (client) => {
  const answer = await client.run({ time_ns: second });
  assert.equal(answer.stopped, 'lock-up');
  assert.ok(answer.why.length > 10);
  assert.equal(answer.locked_up, true);
  assert.equal((await client.run({ time_ns: second })).stopped, 'lock-up');
});

withBoard('resets in a row without a second of running end the run', resetLoop, [], async (client) => {
  const answer = await client.run({ time_ns: 1000 * second }, { for_ns: 1000 * second, max_resets: 7 });
  assert.equal(answer.stopped, 'reset-loop');
  assert.equal(answer.resets_in_row, 8);
  assert.match(answer.why, /software/);
  await client.tell('power', { on: false });
  await client.tell('power', { on: true });
  assert.equal((await client.run({ resets: 12 })).stopped, 'resets');
});

withBoard('a firmware that ends itself ends the run, and can be started again', exits(0x20026), [], async (client) => {
  const answer = await client.run({ time_ns: second });
  assert.equal(answer.stopped, 'ended');
  assert.equal(answer.exit_status, 0);
  assert.equal((await client.run({ time_ns: second })).stopped, 'ended');
  await client.tell('power', { on: false });
  await client.tell('power', { on: true });
  assert.equal((await client.tell('status')).ended, false);
  assert.equal((await client.tell('brownouts', { count: 2 })).stopped, 'ended');
  assert.match((await client.ask('brownouts')).error, /stands still/);
});

withBoard('stop, status and a second run in the middle of a run', loop, [], async (client, board) => {
  const other = await board.connect();
  const run = client.ask('run', { until: { resets: 1 }, for_ns: 1e6 * second });
  await until('the run', async () => (await other.tell('status')).running);
  let waits = true;
  const changed = other.ask('power', { on: false }).then(() => (waits = false));
  const first = await other.tell('status'), next = await other.tell('status');
  assert.ok(next.now_ns > first.now_ns && next.powered && waits);
  assert.equal((await other.tell('stop')).was_running, true);
  assert.equal((await run).stopped, 'stop');
  await changed;
  assert.equal((await client.tell('status')).powered, false);
});

withBoard('the reset button and the plug', loop, [], async (client) => {
  await client.run({ time_ns: 1e6 });
  await client.tell('reset');
  const status = await client.tell('status');
  assert.equal(status.resets, 1);
  assert.equal(status.last_reset, 'reset button');
  await client.tell('cut', { now: true });
  assert.equal((await client.run({ off: true })).stopped, 'off');
  assert.match((await client.ask('reset')).error, /off/);
});

withBoard('brown-outs come and go', sleeper, [], async (client) => {
  await client.tell('events', { on: ['power'] });
  const answer = await client.tell('brownouts', { count: 3, on_ns: 2e6, off_ns: 1e6 });
  assert.equal(answer.powered, true);
  assert.equal(answer.stopped, 'brownouts');
  assert.equal(answer.now_ns, 9e6);
  assert.deepEqual(client.events.map((event) => [event.on, event.now_ns]),
    [[false, 2e6], [true, 3e6], [false, 5e6], [true, 6e6], [false, 8e6], [true, 9e6]]);
});

withBoard('pins, the button and memory', loop, [], async (client) => {
  assert.equal((await client.tell('gpio', { pin: 'PC13' })).level, 0);
  await client.tell('button', { pressed: true });
  assert.deepEqual((({ direction, level }) => ({ direction, level }))(await client.tell('gpio', { pin: 'PC13' })),
    { direction: 'input', level: 0 }); // analog after reset: the input buffer is off
  await client.tell('memory', { address: '0x24000000', data: '0123456789abcdef' });
  assert.equal((await client.tell('memory', { address: 0x24000002, size: 4 })).data, '456789ab');
  assert.equal((await client.tell('memory', { address: 0x08000000, size: 4 })).data, '00000120');
  assert.match((await client.ask('memory', { address: 0x08000000, data: '00' })).error, /no RAM/);
  assert.match((await client.ask('memory', { address: 0x24000000, size: 1 << 20 })).error, /size/);
  assert.match((await client.ask('memory', { address: 0xffffffff, size: 4 })).error, /no memory/);
  const flash = await client.tell('flash', { bank: 1, word: 0, count: 33 });
  assert.equal(flash.states, 'p'.repeat(32) + '.');
  await client.tell('rot', { bank: 1, word: 31 });
  await client.tell('rot', { bank: 2, word: 5, bits: 2 });
  assert.equal((await client.tell('flash', { bank: 1, word: 31 })).states, 's');
  assert.equal((await client.tell('flash', { bank: 2, word: 5 })).states, 'd');
});

withBoard('the console is told by lines, read back, and waited for', chatter, [], async (client) => {
  await client.tell('events', { on: ['console'] });
  const run = await client.run({ console: 'XXXXX' });
  assert.equal(run.stopped, 'console');
  const console = await client.tell('console');
  assert.equal(console.text, 'X'.repeat(console.total));
  assert.ok(console.total >= 5 && console.total < 8, `${console.total}`);
  assert.equal(console.lines[0].text, console.text);
  assert.equal((await client.tell('console', { since: 2 })).text.length, console.total - 2);
  assert.equal(client.events.map((event) => event.text).join(''), console.text);
  const more = await client.run({ console: 'XX', since: console.total });
  assert.ok((await client.tell('console')).total >= console.total + 2 && more.now_ns > run.now_ns);
});

/* --- abuse --- */

withBoard('what is no command is refused, with what to do', loop, [], async (client) => {
  const wrong = [
    ['{"id":', /no JSON object/], ['[1, 2]', /no JSON object/], ['{} x', /no JSON object/], ['nonsense', /no JSON object/],
    ['{"cmd": "status"}\0', /no JSON object/], ['{}', /cmd is missing/], ['{"cmd": 7}', /a text is needed/],
    ['{"cmd": "fly"}', /fly: no such command: status, run/], ['{"cmd": "run", "untill": {}}', /no such parameter: untill/],
    ['{"cmd": "run", "until": 7}', /object/], ['{"cmd": "run", "until": {"tme_ns": 1}}', /no such parameter: tme_ns/],
    ['{"cmd": "run", "for_ns": -1}', /whole number/], ['{"cmd": "run", "for_ns": 1.5}', /whole number/],
    ['{"cmd": "run", "for_ns": 1e300}', /whole number/], ['{"cmd": "run", "until": {"operation": 1, "edge": "x"}}', /start or end/],
    ['{"cmd": "run", "until": {"response": 3}}', /no request 3/], ['{"cmd": "run", "until": {"console": ""}}', /empty/],
    ['{"cmd": "run", "until": {"service": 1}}', /object/], ['{"cmd": "power"}', /on is missing/],
    ['{"cmd": "power", "on": "yes"}', /true or false/], ['{"cmd": "gpio", "pin": "PZ99"}', /PA0 to PK15/],
    ['{"cmd": "cut"}', /now or operation/], ['{"cmd": "cut", "operation": 4, "model": "bang"}', /before torn/],
    ['{"cmd": "fail"}', /operation or stuck/], ['{"cmd": "rot", "bank": 3, "word": 1}', /bank/],
    ['{"cmd": "flash", "bank": 1, "word": 32760, "count": 9}', /ends 8 words/], ['{"cmd": "memory"}', /address is missing/],
    ['{"cmd": "memory", "address": "0x24000000", "data": "0"}', /hex/], ['{"cmd": "events", "on": ["party"]}', /can be told/],
    ['{"cmd": "restore", "name": "nobody"}', /no snapshot "nobody"/], ['{"cmd": "drop", "name": "x"}', /no snapshot/],
    ['{"cmd": "fork", "commands": []}', /one or more/], ['{"cmd": "fork", "commands": [1]}', /one or more/],
    ['{"cmd": "brownouts", "count": 0}', /none/], ['{"cmd": "request", "path": "x"}', /begins with/],
    ['{"cmd": "request", "path": "/", "file": "/nowhere"}', /No such file/], ['{"cmd": "request", "headers": ["a: b\\r\\nc: d"]}', /one line/],
    ['{"cmd": "request", "field": "f"}', /field without file/], ['{"cmd": "probe", "every_ns": 1}', /0.1 ms/],
    [`{"cmd": "status", "x": ${'['.repeat(5000)}${']'.repeat(5000)}}`, /no JSON object/]];
  for (const [line, error] of wrong) {
    client.write(`${line}\n`);
    const answer = await client.complaint();
    assert.equal(answer.ok, false, line);
    assert.match(answer.error, error, line);
    assert.ok(answer.remedy.length > 5, line);
  }
  client.write('\n  \n\r\n');
  assert.equal((await client.tell('status')).now_ns, 0);
});

withBoard('an id may be anything, a line may come in pieces', loop, [], async (client) => {
  for (const byte of '{"id": {"a": [1, "é"]}, "cmd": "status"}\n') client.write(byte);
  assert.deepEqual((await client.complaint()).id, { a: [1, 'é'] });
});

withBoard('a line of 10 MB is refused once; the next one counts', loop, [], async (client) => {
  client.write(`{"cmd": "${'x'.repeat(10 << 20)}"}\n`);
  assert.match((await client.complaint()).error, /longer than 1 MiB/);
  assert.equal((await client.tell('status')).ok, true);
  assert.equal(client.garbage.length, 0);
});

withBoard('clients that vanish: with half a line, in a run, in a fork, unread', loop, [], async (client, board) => {
  (await board.connect()).write('{"cmd": "sta');
  const runner = await board.connect();
  runner.ask('run', { until: { resets: 1 }, for_ns: 1e6 * second });
  await until('the run', async () => (await client.tell('status')).running);
  runner.leave();
  await until('its end', async () => !(await client.tell('status')).running);
  const forker = await board.connect();
  forker.ask('fork', { commands: [{ cmd: 'run', until: { resets: 1 }, for_ns: 1e6 * second }] });
  const [copy] = await until('the copy', () => children(board.pid).length > 0 && children(board.pid));
  forker.leave();
  await until('its end', () => isGone(copy));
  assert.equal((await client.tell('status')).ok, true);
});

withBoard('a client that does not read stops neither the board nor the others', loop, [], async (client, board) => {
  const deaf = await board.connect();
  deaf.socket.pause();
  for (let i = 0; i < 400; i++) deaf.write('{"cmd": "memory", "address": "0x24000000", "size": 262144}\n');
  await until('it is dropped', async () => {
    assert.equal((await client.tell('status')).ok, true);
    return /does not read/.test(board.output);
  });
});

withBoard('a hundred clients at once, and no more than 128', loop, [], async (client, board) => {
  const clients = await Promise.all(Array.from({ length: 100 }, () => board.connect()));
  const answers = await Promise.all(clients.map((one) => one.tell('status')));
  assert.equal(answers.length, 100);
  const more = await Promise.all(Array.from({ length: 40 }, () => board.connect()));
  await until('the surplus is closed', () => more.filter((one) => one.isClosed).length === 13);
  assert.match(more.find((one) => one.isClosed).garbage[0].error, /128 clients/);
  clients.forEach((one) => one.leave());
  await until('there is room again', async () => (await (await board.connect()).ask('status')).ok);
});

check('a file as SOCKET is left alone, a stale socket is taken over, a living one is not', async () => {
  const start = (path) => spawnSync(program, ['--deterministic', '--load', loop, '--control', path], { timeout: 20000 });
  const file = join(folder, 'precious');
  writeFileSync(file, 'text');
  let result = start(file);
  assert.equal(result.status, 2);
  assert.match(String(result.stderr), /exists and is not a socket/);
  assert.match(String(start(join(folder, 'no/such/folder')).stderr), /No such file/);
  assert.match(String(start(join(folder, 'x'.repeat(120))).stderr), /107 characters/);
  const board = await Board.start(program, loop);
  result = start(board.path);
  assert.equal(result.status, 2);
  assert.match(String(result.stderr), /another program listens/);
  board.process.kill('SIGKILL');
  await board.ended;
  assert.ok(existsSync(board.path));
  const heir = spawn(program, ['--deterministic', '--load', loop, '--control', board.path], { stdio: 'ignore' });
  const client = await until('the heir', () => board.connect().catch(() => undefined));
  assert.equal((await client.tell('quit')).ok, true);
  assert.equal(await new Promise((resolve) => heir.once('close', resolve)), 0);
  assert.ok(!existsSync(board.path));
});

/* --- a board that follows the clock --- */

withBoard('without --deterministic the board runs by itself, and run waits', sleeper, ['--net', 'none'], async (client, board) => {
  const other = await board.connect();
  const { now_ns } = await client.tell('status');
  await until('time passes', async () => (await client.tell('status')).now_ns > now_ns + 5e6);
  const target = (await client.tell('status')).now_ns + 50e6;
  const runs = await Promise.all([client.run({ time_ns: target }), other.run({ off: true }, { for_ns: 1e6 * second }),
    (async () => { await client.run({ time_ns: target }); await client.tell('power', { on: false }); })()]);
  assert.deepEqual([runs[0].stopped, runs[1].stopped], ['time_ns', 'off']);
  assert.match((await client.ask('snapshot', { name: 'a' })).error, /wall clock/);
  assert.equal((await client.tell('status')).digest, undefined);
}, { deterministic: false });

/* --- forks and snapshots --- */

withBoard('forks run side by side and the board does not notice', sleeper, [], async (client, board) => {
  await client.run({ time_ns: 1e6 });
  const before = await client.tell('status');
  const forks = [5, 6, 7, 8].map((ms) => client.tell('fork', { commands: [
    { cmd: 'memory', address: 0x24000000, data: `0${ms}` }, { cmd: 'run', until: { time_ns: ms * 1e6 } },
    { cmd: 'memory', address: 0x24000000, size: 1 }] }));
  for (const [i, { answers, complete }] of (await Promise.all(forks)).entries()) {
    assert.equal(complete, true);
    assert.equal(answers[1].now_ns, (i + 5) * 1e6);
    assert.equal(answers[2].data, `0${i + 5}`);
  }
  assert.deepEqual(await client.tell('status').then(({ id, ...rest }) => rest), (({ id, ...rest }) => rest)(before));
  assert.deepEqual(children(board.pid).filter(isRunning), []);
});

withBoard('a fork ends at the first command that fails, and forks within forks work', sleeper, [], async (client) => {
  const bad = await client.tell('fork', { commands: [{ cmd: 'status', expect: { powered: false } }, { cmd: 'status' }] });
  assert.equal(bad.complete, false);
  assert.equal(bad.answers.length, 1);
  assert.match(bad.answers[0].unexpected, /powered is true, expected false/);
  const refused = await client.tell('fork', { commands: [{ cmd: 'fly' }, { cmd: 'status' }] });
  assert.equal(refused.answers.length, 1);
  const quits = await client.tell('fork', { commands: [{ cmd: 'quit' }] });
  assert.match(quits.answers[0].error, /ends with its list/);
  const nested = await client.tell('fork', { commands: [
    { cmd: 'power', on: false }, { cmd: 'snapshot', name: 'off' }, { cmd: 'power', on: true },
    { cmd: 'fork', commands: [{ cmd: 'run', until: { time_ns: 3e6 } }] }, { cmd: 'restore', name: 'off' }, { cmd: 'status' }] });
  assert.equal(nested.complete, true);
  assert.equal(nested.answers[3].answers[0].now_ns, 3e6);
  assert.equal(nested.answers[5].powered, false);
});

withBoard('a snapshot is restored exactly, as often as one likes', sleeper, [], async (client, board) => {
  const other = await board.connect();
  await other.tell('events', { on: ['power'] });
  const state = async () => { const { id, ...rest } = await client.tell('status'); return rest; };
  await client.run({ time_ns: 2e6 });
  await client.tell('memory', { address: 0x24000000, data: 'aa' });
  const kept = await state();
  await client.tell('snapshot', { name: 'a' });
  for (let i = 0; i < 5; i++) {
    await client.tell('memory', { address: 0x24000000, data: '55' });
    await client.tell('power', { on: i % 2 === 1 });
    await client.run({ time_ns: 9e6 });
    await client.tell('restore', { name: 'a' });
    assert.deepEqual(await state(), kept);
    assert.equal((await client.tell('memory', { address: 0x24000000, size: 1 })).data, 'aa');
  }
  await client.tell('power', { on: false });
  await client.tell('snapshot', { name: 'b' }); // of a restored board
  const fork = await client.tell('fork', { commands: [{ cmd: 'power', on: true }, { cmd: 'status' }] });
  assert.equal(fork.answers[1].powered, true);
  await client.tell('restore', { name: 'a' });
  assert.equal((await state()).powered, true);
  await client.tell('restore', { name: 'b' });
  assert.equal((await state()).powered, false);
  await client.tell('drop', { name: 'a' });
  assert.match((await client.ask('restore', { name: 'a' })).error, /no snapshot/);
  await until('only the board and b are left', () => children(board.pid).length === 2);
  await until('events', () => other.events.some((event) => event.on === false));
  assert.match((await client.ask('fly')).error, /no such command/);
});

withBoard('a restored board takes stop, and its death is told', loop, [], async (client, board) => {
  await client.tell('snapshot', { name: 'a' });
  const [kept] = children(board.pid);
  await client.tell('restore', { name: 'a' });
  const other = await board.connect();
  const run = client.ask('run', { until: { resets: 1 }, for_ns: 1e6 * second });
  await until('the run', async () => (await other.tell('status')).running);
  const many = Array.from({ length: 3000 }, () => client.ask('gpio', { pin: 'PC13' })); // more than wait anywhere
  await other.tell('stop');
  assert.equal((await run).stopped, 'stop');
  assert.ok((await Promise.all(many)).every(({ ok, error }) => ok || /wait already/.test(error)));
  const lost = client.ask('run', { until: { resets: 1 }, for_ns: 1e6 * second });
  await until('the run', async () => (await other.tell('status')).running);
  process.kill(children(board.pid).find((pid) => pid !== kept), 'SIGKILL');
  assert.match((await lost).error, /process has ended/);
  assert.match((await client.ask('status')).error, /process has ended/);
  await client.tell('restore', { name: 'a' });
  assert.equal((await client.tell('status')).now_ns, 0);
  // It dies in the middle of the restore; where this machine is slower it dies before: the same is due.
  process.kill(kept, 'SIGSTOP');
  const vain = client.ask('restore', { name: 'a' });
  await new Promise((next) => setTimeout(next, 100));
  process.kill(kept, 'SIGKILL');
  assert.match((await vain).error, /has ended|no snapshot/);
  assert.equal((await client.tell('status')).now_ns, 0);
});

for (const signal of ['SIGTERM', 'SIGKILL', 'SIGINT'])
  check(`nothing stays behind after ${signal}`, async () => {
    const board = await Board.start(program, loop);
    const { client } = board;
    await client.tell('snapshot', { name: 'a' });
    await client.tell('restore', { name: 'a' });
    await client.tell('snapshot', { name: 'b' });
    client.ask('fork', { commands: [{ cmd: 'fork', commands: [{ cmd: 'run', until: { resets: 1 }, for_ns: 1e6 * second }] }] });
    client.ask('run', { until: { resets: 1 }, for_ns: 1e6 * second });
    const family = await until('all are there', () => {
      const first = children(board.pid);
      const all = [...first, ...first.flatMap(children)];
      return all.length === 5 && all;
    });
    board.process.kill(signal);
    await board.ended;
    await until('all have ended', () => !family.some(isRunning));
    assert.equal(existsSync(board.path), signal === 'SIGKILL');
  });

check('--flash FILE and copies do not go together', async () => {
  const board = await Board.start(program, loop, ['--flash', join(folder, 'cells')]);
  for (const [cmd, more] of [['snapshot', { name: 'a' }], ['fork', { commands: [{ cmd: 'status' }] }]])
    assert.match((await board.client.ask(cmd, more)).error, /--flash/);
  await board.stop();
});

/* --- scripts --- */

const script = (text, more = []) => {
  writeFileSync(join(folder, 'script'), text);
  return spawnSync(program, ['--deterministic', '--load', loop, '--net', `script:${join(folder, 'script')}`, ...more],
    { timeout: 30000, encoding: 'utf8' });
};

check('a script ends with 0 when all held, else with 1, and says what did not', () => {
  const good = script('# comment\n\n{"cmd": "run", "until": {"time_ns": 1000000}}\n{"id": 5, "cmd": "status", "expect": {"powered": true, "options": {"bcm4": 0}}}\n');
  assert.equal(good.status, 0, good.stdout + good.stderr);
  const lines = good.stdout.trim().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(lines.map((line) => line.id), [undefined, 5]);
  assert.equal(script('{"cmd": "run", "until": {"resets": 1}, "for_ns": 1000000}\n').status, 1);
  assert.equal(script('{"cmd": "run", "for_ns": 1000000}\n').status, 0);
  assert.equal(script('{"cmd": "fly"}\n{"cmd": "status"}\n').status, 1);
  assert.equal(script('{"cmd": "run", "until": {"resets": 1}, "for_ns": 1000, "expect": {"stopped": "time"}}\n').status, 0);
  const wrong = script('{"cmd": "status", "expect": {"options": {"bcm4": 1}}}\n');
  assert.equal(wrong.status, 1);
  assert.match(wrong.stdout, /options.bcm4 is 0, expected 1/);
  for (const [text, error] of [['{"cmd": "status"}\n{"cmd"\n', /line 2 is no JSON object/], ['\n', /no command/]]) {
    assert.equal(script(text).status, 2);
    assert.match(script(text).stderr, error);
  }
  const snapshots = script('{"cmd": "snapshot", "name": "a"}\n{"cmd": "power", "on": false}\n{"cmd": "restore", "name": "a"}\n{"cmd": "status", "expect": {"powered": true}}\n');
  assert.equal(snapshots.status, 0, snapshots.stdout + snapshots.stderr);
});

/* --- determinism --- */

/* The same story, told in several ways: what comes out of it must not depend on them. */
async function story(way = {}) {
  const board = await Board.start(program, image, [...ip, ...(way.seed ? ['--seed', way.seed] : [])]);
  const { client } = board;
  if (way.busy) await (await board.connect()).tell('events', { on: ['operation', 'reset', 'power', 'warning', 'console', 'response'] });
  const served = await client.run({ service: { path: '/api/firmware_update', status: 200 } });
  assert.equal(served.stopped, 'service', served.why);
  if (way.snapshot) {
    await client.tell('snapshot', { name: 'a' });
    await client.run({ time_ns: served.now_ns + second });
    await client.tell('restore', { name: 'a' });
  }
  const fork = way.fork && client.tell('fork', { commands: [{ cmd: 'cut', operation: 40, model: 'torn' }, { cmd: 'run', until: { cut: true } }] });
  const { request } = await client.tell('request', { method: 'POST', path: '/api/firmware_update', file: update });
  if (way.slices) for (let i = 0; i < 60; i++) await client.run({}, { for_ns: 3333333 });
  if (way.operations) for (let i = 1; i < 6000; i += 250) await client.run({ operation: i, edge: i % 2 ? 'start' : 'end' });
  const response = await client.run({ response: request });
  assert.equal(response.response.status, 200);
  const end = await client.run({ time_ns: 6 * second });
  assert.equal(end.swapped, true);
  await fork;
  await board.stop();
  return [end.digest, end.now_ns, end.instructions, end.operations, end.pc].join(' ');
}

check('the seed decides what RAM holds and which chip it is', async () => {
  const seen = [];
  for (const seed of ['1', '1', '2']) {
    const { client, stop } = await Board.start(program, loop, ['--seed', seed]).then((board) => ({ client: board.client, stop: () => board.stop() }));
    const at = async (address, size) => (await client.tell('memory', { address, size })).data;
    seen.push([await at(0x24000000, 64), await at(0x1ff1e800, 12)]);
    await stop();
  }
  assert.deepEqual(seen[1], seen[0]);
  assert.notEqual(seen[2][0], seen[0][0]);
  assert.notEqual(seen[2][1], seen[0][1]);
});

check('runs that end while the firmware polls a flag alter nothing', async () => {
  const states = [];
  for (const slice_ns of [40e6, 7e3]) {
    const board = await Board.start(program, chatter);
    for (let at = slice_ns; at <= 40e6; at += slice_ns) await board.client.run({ time_ns: at });
    const { now_ns, instructions, pc } = await board.client.run({ time_ns: 41e6 });
    states.push([now_ns, instructions, pc].join(' '));
    await board.stop();
  }
  assert.equal(states[1], states[0]);
});

check('the same seed gives the same run, however it is cut into runs and whatever else goes on; another seed another', async () => {
  const first = await story();
  assert.equal(await story(), first);
  for (const way of ['busy', 'snapshot', 'fork', 'slices', 'operations']) assert.equal(await story({ [way]: true }), first, way);
  const load = spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' });
  try {
    assert.deepEqual(await Promise.all([story(), story({ snapshot: true })]), [first, first]);
  } finally {
    load.kill('SIGKILL');
  }
  assert.notEqual(await story({ seed: '2' }), first);
});

/* --- all of them --- */

const limit_s = Number(process.env.CHECK_LIMIT_S ?? 120);
let failures = 0;
for (const { name, act } of checks) {
  if (only && !name.includes(only)) continue;
  const start = Date.now();
  let timer;
  try {
    await Promise.race([act(), new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no end after ${limit_s} s`)), limit_s * 1000);
    })]);
    if (process.env.VERBOSE) console.log(`ok     control: ${name} (${Date.now() - start} ms)`);
  } catch (error) {
    failures++;
    console.log(`FAIL   control: ${name}\n       ${error.stack.replaceAll('\n', '\n       ')}`);
  }
  clearTimeout(timer);
}
if (failures === 0) console.log(`ok     control: ${checks.length} checks: commands, ends of runs, abuse, copies, scripts, determinism`);
process.exit(failures === 0 ? 0 : 1);
