// parts.mjs - a suite of parts that run side by side, each in a process of its own.
// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Checks } from './board.mjs';

const seconds = (since) => ((Date.now() - since) / 1000).toFixed(1);

/** In this process. */
async function runPart(checks, name, part) {
  const begin = Date.now();
  process.once('disconnect', () => process.exit(1)); // the other process has gone
  try {
    await part(checks);
  } catch (error) {
    checks.check(`${name}: no exception`, false, error.stack);
  }
  console.log(`${checks.title}: ${name} took ${seconds(begin)} s`);
  process.send(checks, () => process.exit());
}

/** In a process of its own: whatever a part leaves behind when it fails ends with it. */
async function spawnPart(checks, script, name) {
  const child = spawn(process.execPath, [fileURLToPath(script), '--part', name],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  let counts = { passed: 0, failed: 1 }; // of one that dies
  child.once('message', (message) => (counts = message));
  await once(child, 'close');
  checks.passed += counts.passed;
  checks.failed += counts.failed;
}

/**
 * Run the parts whose names begin as the command line says, all without one; `atOnce` at a time, the first ones first.
 * script: import.meta.url of the suite; parts: functions of the checks, by name. Ends the process.
 */
export async function runParts(script, title, parts, atOnce) {
  const checks = new Checks(title);
  const [first, ...others] = process.argv.slice(2);
  if (first === '--part') return runPart(checks, others[0], parts[others[0]]);
  const begin = Date.now();
  const beginnings = first === undefined ? [''] : [first, ...others];
  const rest = Object.keys(parts).filter((name) => beginnings.some((text) => name.startsWith(text)));
  await Promise.all(Array.from({ length: atOnce }, async () => {
    while (rest.length) await spawnPart(checks, script, rest.shift());
  }));
  console.log(`${title}: ${seconds(begin)} s in all`);
  process.exit(checks.end() ? 0 : 1);
}
