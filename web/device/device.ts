// device.ts - talk to the device: requests, credentials, polling; and the state that the page shows.
// SPDX-License-Identifier: Apache-2.0
import description from 'flota:description';
import type { Picked } from './image';
import type { ErrorText, Phase, Status, Values } from './types';
import { ACTIVE, type Notice } from './view';

export interface Reply {
  status: number; // 0: no answer, or none in JSON
  json: any;
}

interface State {
  page: number;
  status?: Status;
  values: Record<string, Values>;
  misses: number; // polls in a row without an answer
  notice?: Notice | null;
  asking?: { wrong: boolean; done: (credentials: string) => void };
  picked?: Picked;
  consents: Record<string, boolean>; // by their names in the request
  phase?: Phase; // of the update that this page sends
  resumed?: number; // the percentage at which it went on
  error?: ErrorText; // why it ended
  seen?: ErrorText; // the device's failure that was put away
}

/** All that the page shows. After a change: draw(). */
export const state: State = { page: 0, values: {}, misses: 0, consents: {} };

let redraw = () => {};
export const draw = () => redraw();
export function onDraw(render: () => void) {
  redraw = render;
}

/** One request. Never throws. The browser's own login window is kept out: the page asks. */
export async function request(
  method: string,
  path: string,
  body?: Blob | string,
  signal = AbortSignal.timeout(4000),
  more: Record<string, string> = {},
): Promise<Reply> {
  const headers = credentials && method === 'POST' ? { ...more, Authorization: credentials } : more;
  try {
    const reply = await fetch(path, { method, body, signal, headers, credentials: 'omit' });
    return { status: reply.status, json: await reply.json() };
  } catch {
    return { status: 0, json: null };
  }
}

// --- credentials: in memory only ---

let credentials = '';

function askCredentials(wrong: boolean): Promise<string> {
  return new Promise((resolve) => {
    state.asking = {
      wrong,
      done(text) {
        state.asking = undefined;
        draw();
        resolve(text);
      },
    };
    draw();
  });
}

/** A request that changes something: asks for credentials when the device wants some. Undefined when
 * the person gives none. */
export async function send(
  path: string,
  body?: Blob | string,
  signal?: AbortSignal,
  headers?: Record<string, string>,
): Promise<Reply | undefined> {
  for (let wrong = false; ; wrong = true) {
    if (wrong || (!credentials && state.status && state.status.auth !== 'none')) {
      credentials = await askCredentials(wrong);
      if (!credentials) return;
    }
    const reply = await request('POST', path, body, signal, headers);
    if (reply.status !== 401) return reply;
  }
}

// --- values ---

const writing: Record<string, number> = {};

/** Change a value on the page at once and on the device; back again when the device refuses. */
export async function change(endpoint: string, values: Values) {
  const before = state.values[endpoint];
  state.values[endpoint] = { ...before, ...values };
  writing[endpoint] = (writing[endpoint] || 0) + 1;
  draw();
  const reply = await send(`/api/${endpoint}`, JSON.stringify(values));
  writing[endpoint]--;
  const taken = reply?.status === 200;
  state.values[endpoint] = taken ? reply.json : before;
  if (reply && !taken) complain(reply);
  draw();
}

function complain({ json }: Reply) {
  const { cause, remedy } = json?.error ?? { cause: SILENT, remedy: CHECK };
  state.notice = { kind: 'bad', title: cause, text: remedy };
}

/** Ask the device to do something. Returns whether it has taken it. */
export async function act(what: string): Promise<boolean> {
  const reply = await send(`/api/firmware_update?${what}=1`);
  const taken = reply?.status === 200;
  if (taken && reply.json.phase) take(reply.json); // going back answers as an upload does
  else if (reply) complain(reply);
  draw();
  return taken;
}

async function pollValues() {
  for (const name of description.data) {
    if (writing[name]) continue;
    const reply = await request('GET', `/api/${name}`);
    if (!reply.status) return;
    if (reply.status === 200 && !writing[name]) state.values[name] = reply.json;
  }
}

// --- polling ---

let valuesAt = 0;
let onStatus = (_before: Status | undefined, _status: Status) => {};

function take(status: Status) {
  const before = state.status;
  state.misses = 0;
  state.status = status;
  onStatus(before, status);
}

async function poll() {
  const { json } = await request('GET', '/api/firmware_update', undefined, AbortSignal.timeout(2000));
  if (json?.build_id) {
    take(json);
    if (Date.now() - valuesAt > 900) {
      await pollValues();
      valuesAt = Date.now();
    }
  } else {
    state.misses++;
  }
  draw();
  setTimeout(poll, isActive() || state.misses ? 200 : 1000);
}

export function start(listener: typeof onStatus) {
  onStatus = listener;
  poll();
}

export const SILENT = 'The device does not answer';
export const CHECK = 'Check its power and its network cable.';

/** The phase of the update in progress, this page's or another's; undefined when there is none. */
export function activePhase(): Phase | undefined {
  if (state.phase) return state.phase;
  const phase = state.status?.phase;
  return phase && ACTIVE.includes(phase) ? phase : undefined;
}

export const isActive = () => !!activePhase();
