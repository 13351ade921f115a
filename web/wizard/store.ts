// store.ts - the one state of the page, and what changes it. Views read `state` and call these.
// SPDX-License-Identifier: Apache-2.0
import { type Document, open, withDescription, withText } from './document';
import * as history from './history';
import { get, kindOf, parentOf, split } from './path';
import * as server from './server';
import type { Check, Description, Project, Settings } from './types';

const CHECK_PAUSE_MS = 200;
const GOOD_NEWS_MS = 5000;

export interface Notice {
  kind: 'good' | 'bad' | 'wait';
  text: string;
  more?: string;
  action?: { label: string; act: () => void };
}

interface State {
  project?: Project;
  failure?: Notice; // the page can't begin
  history: history.History<Document>;
  saved?: { text: string; settings: string };
  selected: string;
  endpoint: string; // shown open in the API tab
  tab: string;
  check: Check;
  isChecking: boolean;
  live: number; // counts descriptions that the live page has been
  livePage: number;
  notice?: Notice;
  said: string; // for screen readers
  isOnline: boolean;
  ask: (title: string, text: string, yes: string) => Promise<boolean>;
}

export const state: State = {
  history: history.begin(undefined as unknown as Document),
  selected: '',
  endpoint: '',
  tab: 'Properties',
  check: { errors: [] },
  isChecking: false,
  live: 0,
  livePage: 0,
  said: '',
  isOnline: true,
  ask: async () => false, // dialogs.tsx
};

let redraw = () => {};
let logSaved = (_: string[]) => {};
let isDrawPlanned = false;

/** One drawing for all changes of this turn. */
export function draw(): void {
  if (isDrawPlanned) return;
  isDrawPlanned = true;
  queueMicrotask(() => {
    isDrawPlanned = false;
    redraw();
  });
}

export function onDraw(act: () => void): void {
  redraw = act;
}

/** Which files a save has written. */
export function onSaved(act: (written: string[]) => void): void {
  logSaved = act;
}

export const now = (): Document => state.history.now;
export const description = (): Description => now().description;

export function isUnsaved(): boolean {
  const { saved } = state;
  return (
    !!saved && (saved.text !== now().text || saved.settings !== JSON.stringify(now().settings))
  );
}

/** Read out, and nothing else. */
export function say(text: string): void {
  state.said = state.said === text ? `${text}\u00a0` : text;
  draw();
}

/** Good news goes by itself; the rest stays until it was read. */
export function notify(notice: Notice | undefined): void {
  state.notice = notice;
  if (notice?.kind === 'good')
    setTimeout(() => state.notice === notice && notify(undefined), GOOD_NEWS_MS);
  if (notice) say([notice.text, notice.more].filter(Boolean).join(' '));
  draw();
}

export function complain(error: unknown): void {
  const { message, remedy } = error as server.Refused;
  notify({ kind: 'bad', text: sentence(message), more: sentence(remedy ?? '') });
}

// --- selection ---

/** Where the path leads today; the nearest holder when it is gone. */
function existing(path: string): string {
  let at = path;
  while (at && get(description(), at) === undefined && at !== 'toolbar') at = parentOf(at);
  return at;
}

export function select(path: string, tab = 'Properties'): void {
  state.selected = existing(path);
  const page = split(state.selected);
  if (page[0] === 'pages') state.livePage = Number(page[1]);
  if (state.tab !== 'JSON' || tab !== 'Properties') state.tab = tab;
  draw();
}

export function showEndpoint(name: string): void {
  state.endpoint = name;
  state.tab = 'API';
  draw();
}

// --- changes ---

function took(next: history.History<Document>): void {
  state.history = next;
  state.selected = existing(state.selected);
  planCheck();
  draw();
}

function commit(document: Document, key: string): void {
  took(history.commit(state.history, document, key, Date.now()));
}

/** A form or the tree changed the description. The same key in quick succession is one step to undo. */
export function change(after: Description, key = '', selected?: string): void {
  if (after === description()) return;
  commit(withDescription(now(), after), key);
  if (selected !== undefined) select(selected);
}

export function changeSettings(key: string, value: unknown): void {
  const settings = { ...now().settings, [key]: value } as Settings;
  commit({ ...now(), settings }, `settings/${key}`);
}

export function typeText(text: string): void {
  if (text !== now().text) commit(withText(now(), text), 'text');
}

export function undo(): void {
  if (!state.history.past.length) return;
  took(history.undo(state.history));
  say('Undone.');
}

export function redo(): void {
  if (!state.history.future.length) return;
  took(history.redo(state.history));
  say('Redone.');
}

// --- checking ---

let timer: ReturnType<typeof setTimeout>;
let asked = 0;

function planCheck(): void {
  clearTimeout(timer);
  state.isChecking = true;
  timer = setTimeout(checkNow, CHECK_PAUSE_MS);
}

async function checkNow(): Promise<void> {
  const mine = ++asked;
  const { text } = now();
  try {
    const check = await server.check(text);
    if (mine !== asked) return;
    // With mistakes the server has no code to show: the last one stays.
    state.check = check.errors.length ? { ...check, endpoints: state.check.endpoints } : check;
    state.isChecking = text !== now().text;
    if (!check.errors.length) state.live++;
  } catch (error) {
    if (mine === asked) complain(error);
    state.isChecking = false;
  }
  draw();
}

const sentence = (text: string): string =>
  text && text[0].toUpperCase() + text.slice(1) + (/[.!?)]$/.test(text) ? '' : '.');

/** What is wrong, and what to do. */
export const words = ({ message, remedy = '' }: { message: string; remedy?: string }): string =>
  [sentence(message), sentence(remedy)].filter(Boolean).join(' ');

/** Mistakes at this very place. */
export const mistakesAt = (path: string) => state.check.errors.filter((it) => it.path === path);

/** How many mistakes are there and below. */
export const mistakesIn = (path: string): number =>
  state.check.errors.filter((it) => it.path === path || it.path.startsWith(`${path}/`)).length;

/** To the form where a mistake can be corrected. */
export function goTo(path: string): void {
  const parts = split(path);
  if (now().mistake) return select('', 'JSON');
  if (parts[0] === 'api') return parts.length > 1 ? showEndpoint(parts[1]) : select('', 'API');
  let at = path;
  while (at && typeof get(description(), at) !== 'object')
    at = at.split('/').slice(0, -1).join('/');
  while (at && !['page', 'panel', 'element', 'toolbar'].includes(kindOf(at))) at = parentOf(at);
  select(/^(pages|toolbar)/.test(at) ? at : '');
}

// --- the project ---

function began(project: Project): void {
  state.project = project;
  const document = open(project.description, project.settings);
  state.history = history.begin(document);
  const { files, problem } = project;
  const isThere = files['dashboard.json'] && files['flota.yml'];
  const settings = JSON.stringify(document.settings);
  state.saved = isThere ? { text: document.text, settings } : { text: '', settings: '' };
  state.selected = existing('pages/0');
  state.tab = document.mistake ? 'JSON' : 'Properties';
  if (problem) notify({ kind: 'bad', text: problem.cause, more: problem.remedy });
}

export async function start(): Promise<void> {
  try {
    began(await server.readProject());
    planCheck();
  } catch (error) {
    const { message, remedy } = error as server.Refused;
    state.failure = { kind: 'bad', text: message, more: remedy };
  }
  draw();
}

/** Files were changed on disk by somebody else. */
export async function filesChanged(files: string[]): Promise<void> {
  const act = async () => {
    notify(undefined);
    try {
      const project = await server.readProject();
      state.project!.digest = project.digest;
      commit(withText({ ...now(), settings: project.settings }, project.description), '');
      state.saved = { text: now().text, settings: JSON.stringify(now().settings) };
      draw();
    } catch (error) {
      complain(error);
    }
  };
  const text = `${files.join(' and ')} changed on disk.`;
  notify({
    kind: 'wait',
    text,
    more: 'Undo brings back what is here.',
    action: { label: 'Read it', act },
  });
}

/** The live page as this user sees it. */
export async function previewAs(who: { user: string | null } | { level: number }): Promise<void> {
  try {
    await server.previewAs(who);
    state.live++;
    draw();
  } catch (error) {
    complain(error);
  }
}

export async function useTemplate(id: string): Promise<void> {
  const { tab } = state;
  try {
    const { description: text, settings } = await server.readTemplate(id);
    const mine = now().settings; // a template says what the firmware has, not which board and network it is for
    const modules = settings?.modules ?? mine.modules;
    commit(withText({ ...now(), settings: { ...mine, modules } }, text), '');
    select('pages/0', state.tab === tab ? 'Properties' : state.tab); // who has gone on meanwhile stays there
    notify({ kind: 'good', text: 'The template is here. Undo brings back what was before.' });
  } catch (error) {
    complain(error);
  }
}

async function overwrite(refused: server.Refused): Promise<boolean> {
  const files = refused.changed.join(' and ');
  const text = 'Somebody changed it on disk since it was read here. What is seen here replaces it.';
  return (await state.ask(`Overwrite ${files}?`, text, 'Overwrite')) && save(true);
}

/** True when what is seen is in the project's folder. */
export async function save(isForced = false): Promise<boolean> {
  const { mistake, text, settings } = now();
  if (mistake) {
    notify({
      kind: 'bad',
      text: `Not saved: ${mistake.message}`,
      more: `JSON, line ${mistake.line}.`,
    });
    select('', 'JSON');
    return false;
  }
  try {
    const { written, digest } = await server.save(text, settings, state.project!.digest, isForced);
    state.project!.digest = digest;
    state.saved = { text, settings: JSON.stringify(settings) };
    if (state.notice?.kind === 'bad') notify(undefined);
    if (written.length) logSaved(written);
    say('Saved.');
    return true;
  } catch (error) {
    if ((error as server.Refused).changed?.length) return overwrite(error as server.Refused);
    complain(error);
    return false;
  }
}

export async function exportProject(): Promise<void> {
  if (isUnsaved() && !(await save())) return;
  try {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(await server.exportZip());
    link.download = `${now().settings.name || 'firmware'}.zip`;
    link.click();
    URL.revokeObjectURL(link.href);
    notify({ kind: 'good', text: `Exported: ${link.download}` });
  } catch (error) {
    complain(error);
  }
}
