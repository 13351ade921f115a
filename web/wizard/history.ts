// history.ts - undo and redo by whole snapshots. Pure: time comes as an argument.
// SPDX-License-Identifier: Apache-2.0

const LIMIT = 200;
const PAUSE_MS = 1200;

export interface History<T> {
  past: T[];
  now: T;
  future: T[];
  key: string; // what the last change was about: typing on in one field is one step
  time_ms: number;
}

export const begin = <T>(now: T): History<T> => ({
  past: [],
  now,
  future: [],
  key: '',
  time_ms: 0,
});

/** A new state. Changes with the same key in quick succession are one step; '' never joins. */
export function commit<T>(history: History<T>, now: T, key: string, time_ms: number): History<T> {
  const isSame = key !== '' && key === history.key && time_ms - history.time_ms < PAUSE_MS;
  const past = isSame ? history.past : [...history.past, history.now].slice(-LIMIT);
  return { past, now, future: [], key, time_ms };
}

export function undo<T>(history: History<T>): History<T> {
  const now = history.past.at(-1);
  if (now === undefined) return history;
  const future = [history.now, ...history.future];
  return { past: history.past.slice(0, -1), now, future, key: '', time_ms: 0 };
}

export function redo<T>(history: History<T>): History<T> {
  const [now, ...future] = history.future;
  if (now === undefined) return history;
  return { past: [...history.past, history.now], now, future, key: '', time_ms: 0 };
}
