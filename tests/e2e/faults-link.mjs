// faults-link.mjs - the cable of a host device is out for an hour, which passes in seconds by its injected clock; and the one
// of a virtual board for the moment in which it answers an update.
// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { firmware, until } from './board.mjs';
import { ControlledBoard } from './control.mjs';
import { callOnce } from './faults-clients.mjs';
import { FaultyServer } from './faults-server.mjs';
import { Broker, Device, scratch } from './ways.mjs';

const STEP_MS = 20000; // of the hour: the firmware sees each of them

/** One command at the device's control socket. */
function hand(path, command) {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(path, () => socket.write(`${command}\n`));
    socket.on('error', reject);
    socket.on('data', (data) => {
      text += data;
      if (text.includes('\n')) socket.end();
    });
    socket.on('close', () => (text.startsWith('ok') ? resolve(text.trim()) : reject(new Error(`${command}: ${text}`))));
  });
}

export async function linkDown(checks) {
  const broker = await Broker.start();
  const server = await FaultyServer.start();
  const control = scratch('control');
  const device = await Device.start('host', { broker, args: ['--control', control] });
  const path = '/fleet';
  const pass = async (times) => {
    for (let i = 0; i < times; i++) {
      await hand(control, `time ${STEP_MS}`);
      await callOnce(device, 'serial', 'RPC.Ping'); // it has had its turn
    }
  };
  server.put(path, readFileSync(device.firmware('ways')));
  const set = await device.flota('config', 'set', `update.url=http://${device.machine}:${server.port}${path}`, 'update.interval=60');
  checks.check('link: polling is configured', set.code === 0, set.stderr);
  await until('a poll', async () => (await pass(1), server.asked(path).length >= 2));
  checks.equal('link: before: it polls, and finds the same version', server.asked(path).at(-1).status, 304);

  const before = await device.status();
  await hand(control, 'link down');
  const polls = server.log.length;
  await pass(3600000 / STEP_MS);
  checks.equal('link: an hour without: nobody is asked', server.log.length, polls);
  const alone = await callOnce(device, 'serial', 'OTA.Status');
  checks.check('link: an hour without: the serial line is served', alone.result?.boot_id === before.boot_id, JSON.stringify(alone));
  const unheard = await callOnce(device, 'mqtt', 'RPC.Ping', undefined, { limit_ms: 1000 }).catch(() => undefined);
  checks.check('link: an hour without: it is gone from its broker', !unheard);

  server.put(path, readFileSync(device.firmware('ways2')));
  await hand(control, 'link up');
  const back = await until('the device at its broker', async () => {
    const reply = await callOnce(device, 'mqtt', 'RPC.Ping', undefined, { limit_ms: 500 }).catch(() => pass(1));
    return reply?.result;
  }).catch(() => undefined);
  checks.check('link: back: MQTT comes by itself', back);
  const after = await until('the update', async () => {
    const now = await device.status();
    return now.version === '1.1.0' && now.phase === 'confirmed' && now;
  }).catch(() => undefined);
  checks.check('link: back: polling comes by itself, and updates', after);
  await device.stop();
  await server.stop();
  await broker.stop();
}

const OUT_NS = 1e9; // shorter than the device waits for the acknowledgement
const AHEAD_NS = 2e6; // all of the file has arrived by then, and the answer has not left

/** The update is verified, its answer gets lost: it is sent again before the device restarts. */
export async function lostAnswer(checks) {
  const board = await ControlledBoard.start({ image: firmware('project1') });
  try {
    await board.serve();
    const { resets } = await board.tell('status');
    const { request } = await board.tell('request', { method: 'POST', path: '/api/firmware_update', file: firmware('project2') });
    await board.tell('snapshot', { name: 'sent' });
    const { response: usual } = await board.run({ response: request });
    await board.tell('restore', { name: 'sent' });
    await board.run({ time_ns: usual.end_ns - AHEAD_NS });
    await board.tell('link', { link: 'loss=1' });
    const out = await board.run({ response: request }, { for_ns: OUT_NS });
    await board.tell('link', { link: 'loss=0' });
    const { stopped, response } = await board.run({ response: request });
    checks.check('answer: it gets lost, and comes all the same', out.stopped === 'time' && response?.status === 200,
      JSON.stringify({ out: out.stopped, stopped, response }));
    await board.run({ resets: resets + 1 });
    await board.serve();
    checks.equal('answer: what it says is so', (await board.json('/api/firmware_update')).name, 'project2');
  } finally {
    await board.stop();
  }
}
