// check-ways.mjs - every way in, with everything that the tool does on it, on the virtual board and on the host port,
// against real parts: one table. SPDX-License-Identifier: Apache-2.0
import { readFileSync, writeFileSync } from 'node:fs';
import { run, tool } from './board.mjs';
import { bundle, manifestOf } from './bundles.mjs';
import { padded, withField } from './images.mjs';
import { Broker, Device, credentials, scratch, start, ways } from './ways.mjs';

const kinds = ['board', 'host'];
const chosen = process.argv.slice(2); // e.g. board/serial
const table = new Map(); // "board/serial" -> {info: 'ok', ...}
const columns = ['info', 'call', 'image', 'bundle', 'resumed', 'wrong credentials', 'refused'];
let passed = 0, failed = 0;

function note(cell, column, problem) {
  const row = table.get(cell) ?? {};
  table.set(cell, { ...row, [column]: problem ? 'FAIL' : 'ok' });
  if (problem) failed++;
  else passed++;
  console.log(`ways: ${problem ? 'FAIL' : 'ok  '} ${cell} ${column}${problem ? ` (${problem})` : ''}`);
}

async function cell(name, column, attempt) {
  try {
    note(name, column, await attempt());
  } catch (error) {
    note(name, column, error.message);
  }
}

/** Words of a difference, or undefined. */
const expect = (what, found, expected) =>
  found === expected ? undefined : `${what}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`;
const all = (...problems) => problems.find((problem) => problem);
const told = ({ code, stdout, stderr }) => `exit ${code}: ${stdout.slice(-300)} ${stderr.slice(-600)}`;

function asFile(name, bytes) {
  const path = scratch(name);
  writeFileSync(path, bytes);
  return path;
}

/** Interrupt an update when a good part has arrived, as Ctrl-C does. Resolves to its exit code. */
async function interrupted(device, port, file) {
  const child = start(tool, ['ota', file, '--port', port, '--creds', credentials, '--json', '--downgrade']);
  const code = new Promise((resolve) => child.once('exit', resolve));
  const watch = setInterval(() => {
    const last = child.output.trimEnd().split('\n').reverse().find((line) => line.startsWith('{'));
    const event = last && parse(last);
    if (event?.event === 'progress' && event.percent >= 30) child.kill('SIGINT');
  }, 5);
  const result = await code;
  clearInterval(watch);
  return { code: result, output: child.output };
}

function parse(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const events = (stdout) => stdout.split('\n').map(parse).filter(Boolean);

async function updated(device, port, file, version) {
  const result = await device.flota('ota', file, '--port', port, '--json', '--downgrade');
  const phases = events(result.stdout).map((event) => event.phase);
  const status = await device.status();
  return all(result.code ? told(result) : undefined, expect('version', status.version, version),
    expect('phase', status.phase, 'confirmed'), expect('phase confirmed told', phases.includes('confirmed'), true));
}

async function resumed(device, port, file, version) {
  const before = await device.status();
  const first = await interrupted(device, port, file);
  const between = await device.status();
  const second = await device.flota('ota', file, '--port', port, '--json', '--downgrade');
  const offset = events(second.stdout).find((event) => event.event === 'progress')?.bytes;
  const status = await device.status();
  return all(expect('exit code of the first', first.code, 130), expect('still runs', between.boot_id, before.boot_id),
    second.code ? told(second) : undefined, offset > 100 * 1024 ? undefined : `not resumed: ${second.stdout.slice(0, 500)}`,
    expect('version', status.version, version));
}

async function unchanged(device, before, result, code, words) {
  const now = await device.status();
  return all(expect('exit code', result.code, code), words.test(result.stderr) ? undefined : told(result),
    expect('still runs', now.boot_id, before.boot_id), expect('version', now.version, before.version));
}

async function wrongCredentials(device, port, file) {
  const before = await device.status();
  const result = await device.flota('ota', file, '--port', port, '--creds', 'admin:wrong');
  const problem = await unchanged(device, before, result, 4, /credential|password|unauthorized/i);
  return problem ?? expect('erases', (await device.status()).erases, before.erases);
}

async function refused(device, port, file) {
  const before = await device.status();
  const result = await device.flota('ota', file, '--port', port, '--no-check');
  return unchanged(device, before, result, 5, /board/i);
}

async function row(kind, way, broker) {
  const name = `${kind}/${way}`;
  const device = await Device.start(kind, { broker: way === 'mqtt' ? broker : undefined });
  const port = device.ports[way];
  const [first, second] = ['ways', 'ways2'].map((image) => device.firmware(image));
  const image = readFileSync(first);
  const zip = asFile('ways.zip', bundle(image, { manifest: manifestOf(image, { platform: device.platform, version: '1.0.0' }) }));
  const large = asFile('large.bin', padded(readFileSync(second), 500 * 1024)); // takes a while to send
  const foreign = asFile('other-board.bin', withField(readFileSync(second), 'board', 'nucleo-h743zi'));
  await cell(name, 'info', async () => {
    const { info, status } = await device.info('--port', port);
    return all(expect('board', status.board, device.platform), expect('version', info.fw_version, '1.0.0'), expect('app', info.app, 'ways'));
  });
  await cell(name, 'call', async () => {
    const result = await device.flota('call', 'RPC.List', '--port', port);
    return result.code ? told(result) : expect('OTA.Begin listed', JSON.parse(result.stdout).includes('OTA.Begin'), true);
  });
  await cell(name, 'wrong credentials', () => wrongCredentials(device, port, second));
  await cell(name, 'refused', () => refused(device, port, foreign));
  await cell(name, 'image', () => updated(device, port, second, '1.1.0'));
  await cell(name, 'bundle', () => updated(device, port, zip, '1.0.0'));
  await cell(name, 'resumed', () => resumed(device, port, large, '1.1.0'));
  await device.stop();
}

/** A few at a time: a machine of two cores runs two boards in real time. */
async function inPool(jobs, size) {
  const rest = [...jobs];
  await Promise.all(Array.from({ length: size }, async () => {
    while (rest.length) await rest.shift()();
  }));
}

function print() {
  const width = Math.max(...columns.map((column) => column.length)) + 2;
  console.log(`\n${'way in'.padEnd(16)}${columns.map((column) => column.padEnd(width)).join('')}`);
  for (const kind of kinds)
    for (const way of ways) {
      const cells = table.get(`${kind}/${way}`);
      if (cells) console.log(`${`${kind}/${way}`.padEnd(16)}${columns.map((column) => (cells[column] ?? '-').padEnd(width)).join('')}`);
    }
}

const broker = await Broker.start();
const rows = kinds.flatMap((kind) => ways.map((way) => [kind, way]))
  .filter(([kind, way]) => chosen.length === 0 || chosen.includes(`${kind}/${way}`));
await inPool(rows.map(([kind, way]) => async () => {
  try {
    await row(kind, way, broker);
  } catch (error) {
    note(`${kind}/${way}`, 'start', error.stack);
  }
}), 4);
await broker.stop();
print();
console.log(`\nways: ${passed} of ${passed + failed} ok`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed >= (chosen.length ? 1 : 42) ? 0 : 1);
