// update.ts - one update from the chosen file to the firmware that runs afterwards.
//
// The device's word counts, not the upload's: progress is bytes in flash, and the end is what answers
// after the restart, told from the old firmware by boot id and build id.
// SPDX-License-Identifier: Apache-2.0
import { TRANSFER_CANCELLED, TRANSFER_LOST } from 'flota:errors';
import { ACTIVE, activePhase, draw, send, state } from './device';
import { inspect } from './image';
import type { ErrorText, Status } from './types';

let upload = new AbortController();
let lost = false; // the upload's connection broke: the device tells what became of it
let firstBuild = ''; // of the firmware that served this page
let expected: Status['new'] = null; // what the update in progress will run
let seenActive = false;
let first = [0, 0]; // time in ms, bytes in flash
let last = first;

export async function pick(file: File | undefined | null) {
  if (!file || !state.status || activePhase()) return;
  putAway();
  state.picked = await inspect(file, state.status);
  state.error = state.picked.error;
  draw();
}

/** Back to the choice of a file. */
export function putAway() {
  state.picked = state.error = undefined;
  state.seen = state.status?.error ?? undefined;
  state.consents = {};
  draw();
}

function fail(error: ErrorText) {
  state.phase = undefined;
  state.error = error;
  seenActive = false;
  draw();
}

export async function begin() {
  const { file, info } = state.picked!;
  lost = false;
  upload = new AbortController();
  first = last = [0, 0];
  state.notice = state.error = undefined;
  state.phase = 'checking';
  expected = info ?? null;
  draw();
  const { foreign, downgrade } = state.consents;
  const query = `${foreign ? 'foreign=1&' : ''}${downgrade ? 'downgrade=1' : ''}`;
  const reply = await send(`/api/firmware_update?${query}`, file, upload.signal);
  if (!state.phase) return; // cancelled
  if (!reply)
    state.phase = undefined; // no credentials given
  else if (reply.status === 200) state.phase = 'restarting';
  else if (reply.json?.error) {
    // The device's comparison decides: ask, where this page's did not.
    if (reply.json.error.name === 'IMAGE_DOWNGRADE') state.picked!.downgrade ||= 'It is older.';
    fail(reply.json.error);
  }
  else lost = true;
  draw();
}

/** Ask the device: what this computer has buffered would arrive even if the upload were aborted. */
export async function cancel() {
  const reply = await send('/api/firmware_update?cancel=1', '{}');
  if (reply?.status !== 200) return; // too late
  fail(TRANSFER_CANCELLED);
  upload.abort();
}

/** Bytes per second in flash, or 0 while unknown. */
export const speed = () =>
  last[1] > first[1] ? ((last[1] - first[1]) * 1000) / (last[0] - first[0]) : 0;

function sample(bytes: number) {
  last = [Date.now(), bytes];
  if (!first[1] || bytes < first[1]) first = last;
}

/** This page's update: follow the device's phase, never backwards. */
function followOwn(status: Status) {
  const { phase } = status;
  if (ACTIVE.indexOf(phase) > ACTIVE.indexOf(state.phase!)) state.phase = phase;
  const ended = lost ? !ACTIVE.includes(phase) : state.phase === 'restarting' && phase === 'failed';
  if (ended) fail(status.error ?? TRANSFER_LOST);
}

const runs = (status: Status) => `running ${status.version} (build ${status.build_id})`;

function restarted(before: Status, status: Status) {
  if (ACTIVE.includes(status.phase)) return; // it restarted before this update
  const updating = seenActive || state.phase;
  const changed = status.build_id !== before.build_id;
  const good = expected ? status.build_id === expected.build_id : changed;
  state.notice =
    updating && !good
      ? {
          kind: 'bad',
          title: 'The update did not take effect',
          text: `The device restarted too early. It is ${runs(status)}. Upload it again.`,
        }
      : {
          kind: 'good',
          title: changed ? `Updated from ${before.version}` : 'Restarted',
          text: runs(status),
        };
  state.phase = state.picked = state.error = undefined;
  seenActive = false;
  expected = null;
}

/** Each answer of the device comes here. */
export function follow(before: Status | undefined, status: Status) {
  firstBuild ||= status.build_id;
  if (!before) showKept();
  if (before && before.boot_id !== status.boot_id) restarted(before, status);
  if (status.build_id !== firstBuild) {
    keepAndReload();
    return;
  }
  if (state.phase) followOwn(status);
  if (ACTIVE.includes(status.phase)) {
    seenActive = true;
    state.notice = state.seen = undefined;
    expected = status.new ?? expected;
    if (status.phase === 'receiving') sample(status.in_flash);
  } else if (!state.phase) {
    seenActive = false;
    first = last = [0, 0];
  }
}

// --- another firmware has another page: load it, and still say what happened ---

function keepAndReload() {
  history.replaceState(state.notice, '');
  location.reload();
}

function showKept() {
  state.notice = history.state;
  history.replaceState(null, '');
}
