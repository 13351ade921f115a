// core.ts - the values that the device reports, requests to it, and drawing. Everything else stands on this.
//
// What a page uses of the rest is registered: E for elements and features, D for what a key of an element does to its
// node. Each registration is a statement of its own at the top of a module; web/kit.mjs keeps those that are used.
// SPDX-License-Identifier: Apache-2.0
import { h, type Node, patch } from './dom';
import type { Description, ErrorText, Json, Notice, Reply, Status, Text, Values } from './types';

export { h };

export const E: Record<string, any> = {};
export const D: Record<string, (node: Node, element: any) => Node | null> = {};

// --- drawing ---

export let description: Description;
let app: () => Node;
let shown: Node[] = [];

let isDue = false;

/** Draw it all soon, after any change of what the page shows. Not at once: what is drawn may cause events. */
export function draw() {
  if (isDue) return;
  isDue = true;
  queueMicrotask(() => {
    isDue = false;
    values.device = { ...status, online };
    const nodes = app()._children as Node[];
    patch(document.body, nodes, shown);
    shown = nodes;
  });
}

// --- values ---

export const values: Values = {}; // by endpoint, and `device`, `user`
export let scope = values; // the same, with `row` inside a repeated container
export let status: Status | undefined;
export let online: boolean | undefined;
export let unheard: Json; // the answer that refused the live events
export let heard = 0; // when the device last said something
export let notice: Notice | undefined;

/** Draw with other values in view. */
export function within<Result>(inner: Values, drawing: () => Result): Result {
  scope = inner;
  const result = drawing();
  scope = values;
  return result;
}

/** A text, or any other key that may be an expression; nothing while its values are missing. */
export function text(it: Text | undefined): any {
  try {
    return typeof it == 'function' ? it(scope) : it;
  } catch {}
}

/** Tell a person something, until it is read. */
export function tell(it?: Notice) {
  notice = it;
  draw();
}

export const errorOf = (json: Json): ErrorText =>
  json?.error ?? { cause: 'The device does not answer', remedy: 'Check its power and its network cable.' };

export const noticeOf = (json: Json): Notice => {
  const { cause: title, remedy: text } = errorOf(json);
  return { title, text };
};

/** Say the error of an answer; none: there was no answer. */
export const complain = (json: Json) => tell(noticeOf(json));

// --- requests ---

/** One request. Never throws. */
export async function request(
  method: string,
  path: string,
  body?: Blob | string,
  signal = AbortSignal.timeout(4000),
  headers?: Record<string, string>,
): Promise<Reply> {
  try {
    const reply = await fetch(`api/${path}`, { method, body, signal, headers });
    return [reply.status, await reply.json()];
  } catch {
    return [0];
  }
}

export let asking: ((isIn: boolean) => void) | undefined; // a person is to sign in
export let session: Json = {};

export async function readSession() {
  const [, json] = await request('GET', 'session');
  if (json) takeSession(json);
}

export function takeSession(json: Json) {
  session = json;
  values.user = { ...json, name: json.user };
  draw();
}

/** Returns whether somebody did. */
export async function signIn(): Promise<boolean> {
  await readSession();
  const isIn = await new Promise<boolean>((resolve) => {
    asking = resolve;
    draw();
  });
  asking = undefined;
  draw();
  return isIn;
}

/** A request that may need a session: asks for one. */
export async function send(...request_: Parameters<typeof request>): Promise<Reply> {
  for (;;) {
    const reply = await request(...request_);
    if (reply[0] !== 401 || !(await signIn())) return reply;
  }
}

/** A POST whose answer is what the endpoint holds now. Returns whether it was taken; says so if not. */
export async function post(path: string, body?: string): Promise<boolean> {
  const [code, json] = await send('POST', path, body);
  const isTaken = code === 200;
  if (isTaken) {
    const [name, row] = path.split(/[/?]/);
    take(+row >= 0 ? { [name]: values[name].with(+row, json) } : { [name]: json });
  } else complain(json);
  draw();
  return isTaken;
}

// --- live events ---

let source: EventSource;
let timer = 0;

export function take(message: Json) {
  const before: Status | null = status ?? history.state; // what this page's predecessor saw last
  for (const name in message) values[name] = E.events ? E.events(name, message[name]) : message[name];
  if (!message.firmware_update?.phase) return; // an answer without it is no status
  if (!status) history.replaceState(null, '');
  const isOther = status && status.build_id !== message.firmware_update.build_id;
  status = values.firmware_update as Status;
  heard = Date.now();
  E.ota_follow?.(before, status);
  if (!isOther) return;
  // Another firmware has another page, which goes on from what this one saw last.
  history.replaceState(before, '');
  location.reload();
}

/** Silence for so long means that nobody is there: the device says something each 3 s. */
function wait() {
  clearTimeout(timer);
  timer = setTimeout(lost, 7000);
}

async function lost() {
  source.close();
  online = false;
  draw();
  clearTimeout(timer);
  timer = setTimeout(listen, 1000);
  // An EventSource does not tell why.
  [, unheard] = await request('GET', 'events');
}

/** Begin anew: as another user. */
export function reopen() {
  source.close();
  online = false;
  listen();
}

function listen() {
  E.events?.();
  E.access?.();
  source = new EventSource('api/events');
  source.onerror = lost;
  source.onmessage = ({ data }) => {
    wait();
    online = true;
    take(JSON.parse(data));
    draw();
  };
  wait();
}

// --- start ---

export function begin(what: Description, render: () => Node) {
  description = what;
  app = render;
  Object.assign(values, what.local);
  listen();
  setInterval(draw, 1000);
}
