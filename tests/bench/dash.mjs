// dash.mjs - numbers of the dashboard: pages, requests per second, from a click to the pin, memory per browser.
// SPDX-License-Identifier: Apache-2.0
import { statSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { Board, firmware, run, until } from '../e2e/board.mjs';
import { Client } from '../e2e/dash.mjs';
import { open, startBrowser } from '../e2e/clicks.mjs';

const root = new URL('../../', import.meta.url).pathname;
const REQUESTS = 500;
const CLICKS = 21;
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

export async function pages(bench) {
  for (const name of ['project1', 'project2', 'everything'])
    bench(`page_${name}_gz`, statSync(join(root, `build/arm/examples/${name}/index.html.gz`)).size, 'B');
}

/** One client after the other reply, on one connection that is kept. */
async function requests(board) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const get = () => new Promise((resolve, reject) => {
    request(`${board.device}/api/leds`, { agent }, (reply) => reply.resume().once('end', resolve)).once('error', reject).end();
  });
  await get();
  const begin = performance.now();
  for (let i = 0; i < REQUESTS; i++) await get();
  agent.destroy();
  return REQUESTS / ((performance.now() - begin) / 1000);
}

async function clickToPin(board, page) {
  const lit = async () => (await (await fetch(`${board.page}/api/gpio?pin=PJ2`)).json()).level;
  const times = [];
  const toggle = page.getByRole('switch', { name: 'User LED' });
  for (let i = 0; i < CLICKS; i++) {
    const before = await lit();
    const begin = performance.now();
    await toggle.click();
    await until('the pin', async () => (await lit()) !== before);
    times.push(performance.now() - begin);
  }
  return median(times);
}

async function clickToSecond(board) {
  const client = new Client(board.device);
  const stream = await client.events();
  await stream.sees('leds', (values) => values.leds);
  const times = [];
  for (let i = 0; i < CLICKS; i++) {
    const state = !stream.values.leds.state;
    const begin = performance.now();
    await client.post('leds', { state });
    await stream.sees('it', (values) => values.leds.state === state);
    times.push(stream.messages.findLast(({ json }) => json.leds).at - begin);
  }
  await stream.close();
  return median(times);
}

const CONNECTIONS = 18; // src/app/modules/http.c
const STREAMS = 8; // FLOTA_DASH_STREAMS

/** What one more browser needs: two connections, for its events and its requests, and its share of the dashboard. */
async function memory(bench) {
  const { stdout } = await run('arm-none-eabi-nm', ['-S', join(root, 'build/arm/examples/project2/project2.elf')]);
  const size = (symbol) => parseInt(new RegExp(`^\\S+ (\\S+) [bB] ${symbol}$`, 'm').exec(stdout)[1], 16);
  bench('ram_per_browser', Math.round((2 * size('sessions\\.0')) / CONNECTIONS + size('dash') / STREAMS), 'B');
}

export async function dash(bench) {
  await pages(bench);
  await memory(bench);
  const board = await Board.start({ image: firmware('project2') });
  const browser = await startBrowser();
  try {
    bench('rest_requests', (await requests(board)).toFixed(0), '1/s');
    bench('change_to_second_browser_ms', (await clickToSecond(board)).toFixed(0), 'ms');
    bench('click_to_pin_ms', (await clickToPin(board, await open(board.device))).toFixed(0), 'ms');
  } finally {
    await browser.close();
    await board.stop();
  }
}
