// ways.mjs - what each way in costs, on the virtual board: the tool's transfers, calls, the serial line.
// Times are the board's own (virtual), except where noted: another program's load on this machine shows little.
// SPDX-License-Identifier: Apache-2.0
import { readFileSync, writeFileSync } from 'node:fs';
import { firmware, testFirmware } from '../e2e/board.mjs';
import { open } from '../e2e/faults-clients.mjs';
import { padded, withField } from '../e2e/images.mjs';
import { Broker, Device, scratch } from '../e2e/ways.mjs';

const SIZE = 400 * 1024;
const LINE = 11520; // bytes per second of the serial line at 115200 baud, 8N1
const CALLS = 300;

const view = async (device) => (await fetch(`http://127.0.0.1:${device.page}/api/board`)).json();
const lines = async (device) => (await (await fetch(`http://127.0.0.1:${device.page}/api/console/lines`)).json()).lines;

/** Run with a board of its own; blank, so that no erase hides the way. */
async function withBoard(options, action) {
  const device = await Device.start('board', options);
  try {
    return await action(device);
  } finally {
    await device.stop();
  }
}

/** Seconds from the update's first line on the console to the last byte in flash, by the tool. */
async function transfer(way, file, broker) {
  return withBoard({ broker }, async (device) => {
    const { code, stderr } = await device.flota('ota', file, '--port', device.ports[way]);
    if (code) throw new Error(`${way}: ${code} ${stderr}`);
    const told = await lines(device);
    const time = (pattern) => told.findLast((line) => pattern.test(line.text)).t;
    return time(/^verify/) - time(/^update from/);
  });
}

/** The same 400 KB over each way; ratios to HTTP, whose own is to be 1. */
export async function transfers(bench) {
  const file = scratch('update.bin');
  writeFileSync(file, padded(readFileSync(testFirmware('ways2')), SIZE));
  const http = await transfer('http', file);
  bench('transfer_400k_http', http.toFixed(3), 's_virtual');
  for (const way of ['ws', 'tcp', 'udp'])
    bench(`${way}_over_http`, ((await transfer(way, file)) / http).toFixed(2), 'x');
  const broker = await Broker.start();
  bench('mqtt_over_http', ((await transfer('mqtt', file, broker)) / http).toFixed(2), 'x');
  await broker.stop();
}

/** Firmware bytes per second by the tool, base64 in frames; then as existing tools pace their bytes. */
export async function serial(bench) {
  const file = testFirmware('ways2');
  const rate = readFileSync(file).length / (await transfer('serial', file));
  bench('serial_ota_bytes_per_s', rate.toFixed(0), 'B/s_virtual');
  bench('serial_ota_over_line', (rate / LINE).toFixed(3), 'x');
  bench('serial_existing_tool_bytes_per_s', (await existingTool()).toFixed(0), 'B/s_virtual');
}

const PIECE = 16, PIECE_MS = 5, CHUNK = 512, CHUNKS = 24;

/** Writes 16 bytes each 5 ms, however late this program is. */
class Pacer {
  next = 0;
  last = Promise.resolve();

  constructor(client) {
    this.write = client.raw.bind(client);
    client.raw = (bytes) => (this.last = this.last.then(() => this.send(bytes)));
  }

  async send(bytes) {
    this.next = Math.max(this.next, performance.now());
    for (let at = 0; at < bytes.length; at += PIECE) {
      const wait = this.next - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      this.write(bytes.subarray(at, at + PIECE));
      this.next += PIECE_MS;
    }
  }
}

const existingTool = () => withBoard({ image: firmware('project2') }, async (device) => {
  const image = withField(readFileSync(firmware('project2')), 'version', '2.1.0');
  const client = await open(device, 'serial');
  new Pacer(client);
  const call = async (method, params) => {
    const reply = await client.call(method, params);
    if (reply.error) throw new Error(`${method}: ${JSON.stringify(reply.error)}`);
  };
  const write = (i) => call('OTA.Write', { offset: i * CHUNK,
    data: image.subarray(i * CHUNK, (i + 1) * CHUNK).toString('base64') });
  await call('OTA.Begin', { size: image.length });
  await write(0);
  const start = (await view(device)).time_s;
  for (let i = 1; i <= CHUNKS; i++) await write(i);
  const seconds = (await view(device)).time_s - start;
  client.close();
  return CHUNKS * CHUNK / seconds;
});

/**
 * Calls one after the other on one connection: round trips, of which the network of the virtual board takes the
 * larger part; and what the core works for one of them.
 */
export const calls = (bench) => withBoard({}, async (device) => {
  for (const way of ['http', 'ws', 'tcp', 'udp']) {
    const client = await open(device, way);
    const before = await view(device);
    for (let i = 0; i < CALLS; i++) {
      const reply = await client.exchange(client.newFrame('RPC.Ping'));
      if (reply.error) throw new Error(`${way}: ${JSON.stringify(reply.error)}`);
    }
    const after = await view(device);
    const us = (after.instructions - before.instructions) / CALLS / (after.clock_hz / 1e6);
    bench(`rpc_${way}_calls_per_s`, (CALLS / (after.time_s - before.time_s)).toFixed(0), '1/s');
    bench(`rpc_${way}_core_us`, us.toFixed(0), 'us_virtual');
    client.close();
  }
});
