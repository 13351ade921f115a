// check-options.mjs - a board with the option bytes as shipped (BCM4 = 1: the Cortex-M4 boots from the bank that an update
// writes): refused without consent, set by the device itself with it, whatever happens to the power meanwhile.
// The board ends its run when something is written while the other core may execute it. SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { Board, Checks, firmware, run, testFirmware, tool } from './board.mjs';
import { ControlledBoard } from './control.mjs';
import { credentials } from './ways.mjs';

const STATUS = '/api/firmware_update';
const MODELS = ['before', 'torn', 'after', 'dead', 'late', 'defaults'];
const TRIES = 3;
const old = `--load=${firmware('project1')}@0x08100000`; // something to erase, and to execute
const args = ['--option-bytes', 'factory', old];
const checks = new Checks('options');

// --- by HTTP, cut at the change ---

const upload = (board, query = '') => board.request('POST', STATUS + query, { file: firmware('project2') });
const nameOf = (response) => JSON.parse(response.body).error?.name;
const flashOperations = ({ operations }) => operations;

/** Run on until the firmware has been confirmed. */
async function confirmed(board) {
  for (let i = 0; i < 50; i++) {
    await board.serve();
    const now = await board.json(STATUS);
    if (now.phase === 'confirmed') return now;
  }
  throw new Error('the update is not confirmed');
}

async function refused(board) {
  const before = await board.tell('status');
  const response = await upload(board);
  checks.check('an update is refused, with what to do', response.status === 500 && nameOf(response) === 'CM4_BOOTS' &&
    response.body.includes('?options=1'), response.body);

  const check = await board.request('POST', `${STATUS}?check=1&size=${readFileSync(firmware('project2')).length}`, { file: firmware('project2') });
  const said = JSON.parse(check.body);
  checks.check('a check asks for the consent, and says nothing worse', said.error === null && /BCM4/.test(said.asks.options) &&
    Object.keys(said.asks).length === 1, check.body);
  checks.equal('neither changes anything', flashOperations(await board.tell('status')), flashOperations(before));
}

/** Until it is taken, which is at the second try at the latest when nothing is cut. Returns how often it was sent. */
async function update(board, what) {
  for (let tries = 1; tries <= TRIES; tries++) {
    await board.serve();
    const { resets } = await board.tell('status');
    const response = await upload(board, '?options=1');
    if (response.status === 200) {
      await board.run({ resets: resets + 1 });
      const now = await confirmed(board);
      checks.check(`${what}: updated at try ${tries}`, now.name === 'project2', JSON.stringify(now));
      return tries;
    }
    if (nameOf(response) !== 'OPTIONS_SET') throw new Error(`${what}: ${response.status} ${response.body}`);
    const { stopped, why } = await board.run({ resets: resets + 1 });
    if (stopped !== 'resets') throw new Error(`${what}: no restart after the change: ${stopped} ${why ?? ''}`);
  }
  return checks.check(`${what}: updated`, false);
}

async function cut(board, model) {
  await board.tell('restore', { name: 'shipped' });
  const { operations } = await board.tell('status');
  await board.tell('cut', { operation: operations + 1, model, seed: 1 });
  await board.tell('request', { method: 'POST', path: `${STATUS}?options=1`, file: firmware('project2') });
  const { stopped, cut: made } = await board.run({ cut: true });
  const [last] = (await board.tell('operations', { since: operations + 1, limit: 1 })).operations;
  checks.check(`${model}: the first thing written are the option bytes`, stopped === 'cut' && !made.error && last?.kind === 'options',
    JSON.stringify({ stopped, made, last }));
  await board.tell('power', { on: true });
  await board.serve();
  const now = await board.json(STATUS);
  checks.check(`${model}: the old firmware runs`, now.name === 'project1', JSON.stringify(now));
  await update(board, model);
}

async function byHttp() {
  const board = await ControlledBoard.start({ image: firmware('project1'), args });
  try {
    await board.serve();
    await board.tell('snapshot', { name: 'shipped' });
    await refused(board);
    checks.equal('with the consent the device sets them, restarts, and takes the file then', await update(board, 'no cut'), 2);
    const { options } = await board.tell('status');
    checks.check('BCM4 = 0, and nothing else has changed', options.bcm4 === 0, JSON.stringify(options));
    for (const model of MODELS) await cut(board, model);
  } finally {
    await board.stop();
  }
}

// --- by the tool, over HTTP and RPC ---

async function byTool(way) {
  const [first, second] = ['ways', 'ways2'].map(testFirmware);
  const board = await Board.start({ image: first, args: ['--option-bytes', 'factory', `--load=${first}@0x08100000`] });
  const port = { http: board.device, ws: `${board.device.replace('http', 'ws')}/rpc` }[way];
  const ota = (...more) => run(tool, ['ota', second, '--port', port, '--creds', credentials, ...more]);
  try {
    const bare = await ota();
    checks.check(`${way}: flota ota says which option helps`, bare.code === 1 && /--options/.test(bare.stderr), bare.stderr);
    const said = await ota('--options');
    const now = await board.status();
    checks.check(`${way}: flota ota --options sets them, sends the file again and sees it confirmed`,
      said.code === 0 && now.version === '1.1.0' && now.running === 'confirmed', said.stdout + said.stderr);
  } finally {
    await board.stop();
  }
}

const parts = {
  byHttp,
  http: () => byTool('http'),
  ws: () => byTool('ws'),
};
for (const [name, part] of Object.entries(parts))
  await part().catch((error) => checks.check(`${name}: to its end`, false, error.stack));
process.exit(checks.end() ? 0 : 1);
