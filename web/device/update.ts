// update.ts - one update from the chosen file to the firmware that runs afterwards.
//
// The device's word counts, not the upload's: it checks the file, progress is bytes in flash, and the end is what it
// says after the restart: confirmed, or rolled back. A connection that breaks is taken up again where flash stands.
// SPDX-License-Identifier: Apache-2.0
import { draw, E, errorOf, heard, online, post, send, status, tell } from './core';
import type { Checked, ErrorText, Phase, Status } from './types';

const PATH = 'firmware_update?';
const LOOK = 8192; // bytes that the device's check asks for
const TRIES = 5; // in a row, without a byte of progress between them

/** What was chosen, and what the device says of it. */
export interface Picked extends Partial<Checked> {
  file: File;
  consents: Record<string, boolean>;
}

export let picked: Picked | undefined;
export let phase: Phase | undefined; // of the update that this page sends
export let resumed = 0; // the percentage at which it went on
let failure: ErrorText | undefined | null; // why it ended
let isPutAway = false; // the device's failure has been read

let upload: AbortController | undefined; // the try that runs
let first = [0, 0]; // time in ms, bytes in flash

export const ACTIVE = ['checking', 'receiving', 'verifying', 'restarting'];
const rank = (of?: Phase) => ACTIVE.indexOf(of!);

/** The phase of the update in progress, this page's or another's; undefined when there is none. */
export const activePhase = (): Phase | undefined =>
  phase ?? (rank(status?.phase) < 0 ? undefined : status!.phase);

E.ota_phase = activePhase;

export const isOnTrial = () => status!.running === 'trial';

/** Why there is no new firmware, until another file is chosen. */
export const problem = () =>
  failure ?? (status!.phase === 'failed' && !isPutAway ? status!.error : undefined);

/** Have the device look at the chosen file. Returns whether it has nothing against it. */
async function check(): Promise<boolean> {
  const mine = picked!;
  const path = `${PATH}check=1&size=${mine.file.size}&${consented()}`;
  const [code, json] = await send('POST', path, mine.file.slice(0, LOOK));
  if (mine !== picked) return false;
  if (code === 200) Object.assign(mine, json);
  failure = code === 200 ? mine.error : errorOf(json);
  draw();
  return !failure;
}

export async function pick(file: File | undefined | null) {
  if (!file || !status || isOnTrial() || activePhase()) return;
  putAway();
  picked = { file, consents: {} };
  check();
}

/** Back to the choice of a file. */
export function putAway() {
  picked = failure = undefined;
  isPutAway = true;
  draw();
}

function end(error?: ErrorText | null) {
  upload?.abort();
  upload = phase = undefined;
  failure = error;
  draw();
}

/** The consents given, as a query. */
const consented = () =>
  Object.entries(picked!.consents)
    .map(([name, given]) => (given ? `${name}=1&` : ''))
    .join('');

/** Send the chosen file: in one go, or in as many as it takes. */
export async function begin() {
  const { file } = picked!;
  let at = picked!.offset!;
  for (let tries = 0, reached = 0; ; ) {
    const mine = (upload = new AbortController());
    failure = undefined;
    isPutAway = false;
    first = [0, 0];
    phase = 'checking';
    resumed = Math.floor((100 * at) / file.size);
    tell();
    const range = { 'Content-Range': `bytes ${at}-${file.size - 1}/${file.size}` };
    const [code, json] = await send('POST', PATH + consented(), file.slice(at), mine.signal, at ? range : {});
    if (mine !== upload) return; // cancelled
    if (code === 200) {
      phase = 'restarting';
      return draw();
    }
    const error = json?.error;
    if (at && /_GAP|_OTHER$/.test(error?.name)) {
      at = 0;
      continue;
    }
    // Busy with this very upload: browsers repeat a request by themselves when a connection breaks.
    if (error && (error.name !== 'UPDATE_BUSY' || phase === 'checking')) return end(error);
    // The connection broke, or the device lost its power: go on, while it helps.
    do await new Promise((resolve) => setTimeout(resolve, 500));
    while (!online || rank(status!.phase) >= 0);
    if (mine !== upload) return;
    const { error: why, resume } = status!;
    if (why && !/^TRANSFER_(LO|ST)/.test(why.name!)) return end(why);
    if (!(await check())) return end(failure);
    // What the device kept was sent by this page, also where the file does not say which one it is.
    at = picked!.offset || (resume?.size === file.size && resume.offset) || 0;
    if (at > reached) tries = 0;
    reached = at;
    if (++tries > TRIES) return end(errorOf({ error: why }));
  }
}

/** Ask the device: what this computer has buffered would arrive even if the upload were aborted. */
export async function cancel() {
  const [code] = await send('POST', `${PATH}cancel=1`);
  if (code !== 409 || rank(status!.phase) < 0) end(); // else too late
}

/** Back to the image in the other bank. */
export async function revert() {
  const { name, version } = status!.revert!;
  if (!confirm(`Go back to ${name} ${version}? The device restarts on trial.`)) return;
  if (!(await post(`${PATH}revert=1`))) return;
  phase = 'restarting';
  draw();
}

/** Bytes per second in flash, or 0 while unknown. */
export const speed = () => {
  const [since, before] = first;
  const bytes = before && status!.in_flash - before;
  return bytes && (bytes * 1000) / (heard - since);
};

/** Each status of the device comes here, and the one before it: perhaps what another page saw. */
E.ota_follow = (before: Status | null, now: Status) => {
  const isActive = rank(now.phase) >= 0;
  const { outcome, boot_id, build_id, version } = now;
  const isSame = before?.build_id === build_id;
  if (before && !isActive && (before.boot_id !== boot_id || before.running !== now.running)) {
    if (phase && phase !== 'restarting' && isSame) upload!.abort();
    else {
      // What became of the update, unless a notice says it already.
      if (outcome && (!isSame || phase || rank(before.phase) >= 0 || before.outcome?.result !== outcome.result))
        tell(/^(tr|ro)/.test(outcome.result) ? undefined : outcome);
      else if (before.boot_id !== boot_id)
        tell({ kind: 'good', title: 'Restarted', text: `running ${version} (build ${build_id})` });
      picked = undefined;
      end();
    }
  }
  if (phase && rank(now.phase) > rank(phase)) phase = now.phase;
  if (phase === 'restarting' && now.phase === 'failed') end(now.error);
  if (isActive) isPutAway = false;
  else if (!phase) first = [0, 0];
  if (now.phase === 'receiving' && !(first[1] && first[1] <= now.in_flash)) first = [heard, now.in_flash];
};
