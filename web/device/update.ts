// update.ts - one update from the chosen file to the firmware that runs afterwards.
//
// The device's word counts, not the upload's: progress is bytes in flash, and the end is what the device
// says after the restart: confirmed, or rolled back. A connection that breaks is taken up again where
// flash stands.
// SPDX-License-Identifier: Apache-2.0
import { TRANSFER_CANCELLED, TRANSFER_LOST } from 'flota:errors';
import { act, activePhase, draw, send, state } from './device';
import { inspect, resumeAt } from './image';
import type { ErrorText, Status } from './types';
import { ACTIVE, confirmed, outcome, rolledBackNow } from './view';

const TRIES = 5; // in a row, without a byte of progress between them

let upload = new AbortController();
let lost = false; // the upload's connection broke: the device tells what became of it
let tries = 0;
let reached = 0; // bytes that were in flash at the last try
let anew = false; // the device cannot go on with what it has
let firstBuild = ''; // of the firmware that served this page
let expected: { build_id?: string } | null = null; // what the update in progress will run
let seenActive = false;
let first = [0, 0]; // time in ms, bytes in flash
let last = first;

export async function pick(file: File | undefined | null) {
  if (!file || !state.status || state.status.trial || activePhase()) return;
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

// What a person may consent to, by the error that asks for it.
const CONSENTS: Record<string, string> = {
  IMAGE_DOWNGRADE: 'downgrade',
  IMAGE_OTHER_PRODUCT: 'foreign',
  IMAGE_OTHER_GUARD: 'guard',
  IMAGE_REJECTED: 'force',
};

function refused(error: ErrorText) {
  const consent = CONSENTS[error.name];
  if (consent) state.picked!.asks[consent] ||= `${error.cause}.`;
  fail(error);
}

export function begin() {
  tries = reached = 0;
  anew = false;
  transfer();
}

/** Where the chosen file would go on, in bytes. */
export const offset = () => (anew ? 0 : resumeAt(state.picked!, state.status!.resume));

async function transfer() {
  const { file, info } = state.picked!;
  const at = offset();
  const mine = (upload = new AbortController());
  lost = false;
  first = last = [0, 0];
  state.notice = state.error = undefined;
  state.phase = 'checking';
  state.resumed = Math.floor((100 * at) / file.size);
  expected = info ?? null;
  draw();
  const query = Object.keys(state.consents).filter((name) => state.consents[name]);
  const reply = await send(
    `/api/firmware_update?${query.map((name) => `${name}=1`).join('&')}`,
    at ? file.slice(at) : file,
    mine.signal,
    at ? { 'Content-Range': `bytes ${at}-${file.size - 1}/${file.size}` } : {},
  );
  if (!state.phase || mine !== upload) return; // cancelled, or another try
  const error = reply?.json?.error;
  if (!reply)
    state.phase = undefined; // no credentials given
  else if (reply.status === 200) state.phase = 'restarting';
  // Busy with this very upload: browsers repeat a request by themselves when a connection breaks.
  else if (!error || (error.name === 'UPDATE_BUSY' && state.phase !== 'checking')) lost = true;
  else if (at && /_GAP|_OTHER$/.test(error.name)) {
    anew = true;
    transfer();
  } else refused(error);
  draw();
}

/** The connection broke, or the device lost its power: go on, while it helps. */
function again(status: Status) {
  const { resume, error } = status;
  const { picked } = state;
  upload.abort();
  if (error && !/^TRANSFER_(LO|ST)/.test(error.name)) return refused(error);
  // What the device kept is this file's: it was sent by this page.
  if (state.phase !== 'checking' && resume?.size === picked!.file.size)
    picked!.digest ??= resume.digest;
  if (offset() > reached) tries = 0;
  reached = offset();
  if (tries++ < TRIES) transfer();
  else fail(error ?? TRANSFER_LOST);
}

/** Ask the device: what this computer has buffered would arrive even if the upload were aborted. */
export async function cancel() {
  const reply = await send('/api/firmware_update?cancel=1');
  if (reply?.status !== 200 && !lost) return; // too late
  fail(TRANSFER_CANCELLED);
  upload.abort();
}

/** Back to the image in the other bank. */
export async function revert() {
  const { name, version } = state.status!.revert!;
  if (!confirm(`Go back to ${name} ${version}? The device restarts, and it is on trial.`)) return;
  expected = state.status!.revert;
  if (!(await act('revert'))) return;
  state.phase = 'restarting';
  draw();
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
  if (lost && !ACTIVE.includes(phase)) again(status);
  else if (state.phase === 'restarting' && phase === 'failed') fail(status.error ?? TRANSFER_LOST);
}

function restarted(before: Status, status: Status) {
  if (ACTIVE.includes(status.phase)) return; // it restarted before this update
  const { phase } = state;
  const same = status.build_id === before.build_id && !rolledBackNow(before, status);
  if (phase && phase !== 'restarting' && same) return again(status); // in the middle of the upload
  state.notice = outcome(before, status, !!phase || seenActive, expected);
  state.phase = state.picked = state.error = undefined;
  seenActive = false;
  expected = null;
}

/** Each answer of the device comes here. */
export function follow(before: Status | undefined, status: Status) {
  firstBuild ||= status.build_id;
  before ??= takeKept();
  if (before) {
    state.notice = confirmed(before, status) ?? state.notice;
    if (before.boot_id !== status.boot_id) restarted(before, status);
  }
  if (status.build_id !== firstBuild) {
    // Another firmware has another page: load it, and still say what happened.
    history.replaceState([state.notice, status], '');
    location.reload();
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

/** What this page's predecessor saw last. */
function takeKept(): Status | undefined {
  const [notice, before] = history.state ?? [];
  state.notice = notice;
  history.replaceState(null, '');
  return before;
}
