// faults-mqtt.mjs - the broker goes away, is not there, or is somewhere else. SPDX-License-Identifier: Apache-2.0
import { readFileSync, writeFileSync } from 'node:fs';
import { tool, until } from './board.mjs';
import { callOnce } from './faults-clients.mjs';
import { padded } from './images.mjs';
import { Broker, Device, FileServer, credentials, scratch, start } from './ways.mjs';

const others = ['http', 'ws', 'tcp', 'udp', 'serial'];

async function consoleLines(device) {
  const reply = await fetch(`http://127.0.0.1:${device.page}/api/console/lines`);
  return (await reply.json()).lines.map((line) => line.text);
}

async function othersServe(checks, device, name) {
  const replies = await Promise.all(others.map((way) => callOnce(device, way, 'RPC.Ping').catch((error) => ({ error: error.message }))));
  checks.check(`mqtt: ${name}: the other ways go on`, replies.every((reply) => reply.result?.channel_info), JSON.stringify(replies));
}

async function isBack(checks, device, name, limit_s = 90) {
  const begin = Date.now();
  const reply = await until('the device at its broker', async () => {
    const answer = await callOnce(device, 'mqtt', 'RPC.Ping', undefined, { limit_ms: 1000 });
    return answer.result && answer;
  }, limit_s).catch((error) => ({ error: error.message }));
  checks.check(`mqtt: ${name}: the device comes by itself (${((Date.now() - begin) / 1000).toFixed(1)} s)`, reply.result, reply.error);
}

const said = (device, words, since) => until(`the console says ${words}`, async () =>
  (await consoleLines(device)).slice(since).find((line) => words.test(line)), 60).catch(() => undefined);

/** The broker restarts while firmware goes through it. */
async function restarted(checks, device) {
  const file = scratch('large.bin');
  writeFileSync(file, padded(readFileSync(device.firmware('ways2')), 400 * 1024));
  const before = await device.status();
  const child = start(tool, ['ota', file, '--port', device.ports.mqtt, '--creds', credentials, '--json', '--downgrade']);
  await until('a third of it', async () => (await device.status()).received > 130000);
  await device.broker.stop();
  await othersServe(checks, device, 'broker stopped in the middle of an update');
  const between = await device.status();
  checks.check('mqtt: broker stopped: runs on, and keeps what it has', between.boot_id === before.boot_id && between.received > 130000,
    JSON.stringify(between));
  device.broker = Object.assign(device.broker, await Broker.start(device.broker.port));
  const code = await child.ended;
  checks.check(`mqtt: broker restarted: the tool ends with words (exit ${code})`, code === 0 || /broker|connection|answer/.test(child.output),
    child.output.slice(-500));
  await isBack(checks, device, 'broker restarted');
  const again = code === 0 ? { code, stdout: '' } : await device.flota('ota', file, '--port', device.ports.mqtt, '--json', '--downgrade');
  checks.check('mqtt: broker restarted: the update holds', again.code === 0 && (await device.status()).version === '1.1.0',
    `${again.stderr} ${again.stdout?.slice(-300)}`);
  if (code === 0) return; // the tool has waited for the broker
  const first = /"bytes": ?(\d+)/.exec(again.stdout)?.[1];
  checks.check(`mqtt: broker restarted: it went on where it was (byte ${first})`, Number(first) > 130000, again.stdout.slice(0, 300));
}

/** No broker when the device starts. */
async function absent(checks, device) {
  await device.broker.stop();
  await fetch(`http://127.0.0.1:${device.page}/api/power?on=0`, { method: 'POST' });
  const since = (await consoleLines(device)).length;
  await fetch(`http://127.0.0.1:${device.page}/api/power?on=1`, { method: 'POST' });
  await until('the firmware', () => device.status());
  const line = await said(device, /^mqtt: .*(refused|lost|answer)/, since);
  checks.check(`mqtt: broker absent at start: the console says so (${line})`, line, (await consoleLines(device)).slice(since).join('\n'));
  await othersServe(checks, device, 'broker absent at start');
  Object.assign(device.broker, await Broker.start(device.broker.port));
  await isBack(checks, device, 'broker absent at start, then there');
}

/** A broker's address with a mistake, and its correction. */
async function wrong(checks, device) {
  const right = `${device.machine}:${device.broker.port}`;
  const stranger = await FileServer.start();
  const cases = [
    ['a port that refuses', `${device.machine}:1`, /^mqtt: .*(refused|lost)/],
    ['a server that is no broker', `${device.machine}:${stranger.port}`, /^mqtt: .*(lost|refused|answer)/],
    ['a name that does not resolve', 'no-such-broker.invalid:1883', /^mqtt: .*name could not be resolved/],
    ['an address where nobody is', '192.168.0.77:1883', /^mqtt: .*(answer|refused|lost)/],
  ];
  for (const [name, server, words] of cases) {
    const since = (await consoleLines(device)).length;
    const set = await device.flota('config', 'set', `mqtt.server=${server}`);
    checks.check(`mqtt: ${name}: is set`, set.code === 0, set.stderr);
    const line = await said(device, words, since);
    checks.check(`mqtt: ${name}: the console says so (${line})`, line, (await consoleLines(device)).slice(since).join('\n'));
    await othersServe(checks, device, name);
  }
  await stranger.stop();
  const set = await device.flota('config', 'set', `mqtt.server=${right}`, '--port', device.ports.serial);
  checks.check('mqtt: corrected over the serial line', set.code === 0, set.stderr);
  await isBack(checks, device, 'after the correction');
}

export async function brokers(checks) {
  const broker = await Broker.start();
  const device = await Device.start('board', { broker });
  await restarted(checks, device);
  await absent(checks, device);
  await wrong(checks, device);
  await device.stop();
  await device.broker.stop();
}
