// check-faults.mjs - what goes wrong in the field, done to the real firmware on the virtual board, with real parts:
// servers, a broker, clients that break off, lie, repeat themselves or come in crowds. Parts run side by side.
// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Checks } from './board.mjs';
import { linkDown } from './faults-link.mjs';
import { brokers } from './faults-mqtt.mjs';
import { mutatedFrames } from './faults-mutated.mjs';
import * as pull from './faults-pull.mjs';
import { flooded, replayed, vanishing } from './faults-rpc.mjs';

const checks = new Checks('faults');
const parts = { // the longest first
  mutated: () => mutatedFrames(checks),
  'pull-resumed': () => pull.pullResumed(checks),
  'vanished-1': () => vanishing(checks, ['http', 'ws', 'mqtt']),
  'vanished-2': () => vanishing(checks, ['tcp', 'udp', 'serial']),
  mqtt: () => brokers(checks),
  'pull-wrong': () => pull.pullWrong(checks),
  'pull-polled': () => pull.pullPolled(checks),
  'pull-well': () => pull.pullWell(checks),
  'pull-refused-1': () => pull.pullRefusedPart(checks, 0, 3),
  'pull-refused-2': () => pull.pullRefusedPart(checks, 1, 3),
  'pull-refused-3': () => pull.pullRefusedPart(checks, 2, 3),
  link: () => linkDown(checks),
  flooded: () => flooded(checks),
  replayed: () => replayed(checks),
};

const AT_ONCE = 5; // boards: they wait for flash and clocks most of the time
const seconds = (since) => ((Date.now() - since) / 1000).toFixed(1);

/** In this process. */
async function runPart(name) {
  const begin = Date.now();
  process.once('disconnect', () => process.exit(1)); // the other process has gone
  try {
    await parts[name]();
  } catch (error) {
    checks.check(`${name}: no exception`, false, error.stack);
  }
  console.log(`faults: ${name} took ${seconds(begin)} s`);
  process.send(checks, () => process.exit());
}

/** In a process of its own: whatever a part leaves behind when it fails ends with it. */
async function spawnPart(name) {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), '--part', name],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  let counts = { passed: 0, failed: 1 }; // of one that dies
  child.once('message', (message) => (counts = message));
  await once(child, 'close');
  checks.passed += counts.passed;
  checks.failed += counts.failed;
}

/** All that are wanted, some at a time. */
async function runParts(beginnings) {
  const begin = Date.now();
  const rest = Object.keys(parts).filter((name) => beginnings.some((text) => name.startsWith(text)));
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (rest.length) await spawnPart(rest.shift());
  }));
  console.log(`faults: ${seconds(begin)} s in all`);
  process.exit(checks.end() ? 0 : 1);
}

const [first, ...others] = process.argv.slice(2);
if (first === '--part') await runPart(others[0]);
else await runParts(first === undefined ? [''] : [first, ...others]);
