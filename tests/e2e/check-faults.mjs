// check-faults.mjs - what goes wrong in the field, done to the real firmware on the virtual board, with real parts:
// servers, a broker, clients that break off, lie, repeat themselves or come in crowds. Parts run side by side.
// SPDX-License-Identifier: Apache-2.0
import { linkDown, lostAnswer } from './faults-link.mjs';
import { brokers } from './faults-mqtt.mjs';
import { mutatedFrames } from './faults-mutated.mjs';
import * as pull from './faults-pull.mjs';
import { flooded, replayed, vanishing } from './faults-rpc.mjs';
import { runParts } from './parts.mjs';

await runParts(import.meta.url, 'faults', { // the longest first
  mutated: (checks) => mutatedFrames(checks),
  'pull-resumed': (checks) => pull.pullResumed(checks),
  'vanished-1': (checks) => vanishing(checks, ['http', 'ws', 'mqtt']),
  'vanished-2': (checks) => vanishing(checks, ['tcp', 'udp', 'serial']),
  mqtt: (checks) => brokers(checks),
  'pull-wrong': (checks) => pull.pullWrong(checks),
  'pull-polled': (checks) => pull.pullPolled(checks),
  'pull-well': (checks) => pull.pullWell(checks),
  'pull-refused-1': (checks) => pull.pullRefusedPart(checks, 0, 3),
  'pull-refused-2': (checks) => pull.pullRefusedPart(checks, 1, 3),
  'pull-refused-3': (checks) => pull.pullRefusedPart(checks, 2, 3),
  link: (checks) => linkDown(checks),
  answer: (checks) => lostAnswer(checks),
  flooded: (checks) => flooded(checks),
  replayed: (checks) => replayed(checks),
}, 5); // boards at once: they wait for flash and clocks most of the time
