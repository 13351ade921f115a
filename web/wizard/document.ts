// document.ts - one snapshot: the JSON text as it was typed, the last description that it gave, and the settings.
// SPDX-License-Identifier: Apache-2.0
import { parser } from '@lezer/json';
import { format } from './format';
import type { Description, Settings } from './types';

export interface TextMistake {
  line: number;
  column: number;
  message: string;
}

export interface Document {
  text: string;
  description: Description;
  settings: Settings;
  mistake?: TextMistake; // the text is no description: the forms wait
}

const isObject = (it: unknown): it is Record<string, unknown> =>
  it !== null && typeof it === 'object' && !Array.isArray(it);

/** Where the wizard's tree can't follow, or ''. All else is the checker's. */
function shapeMistake(it: unknown): string {
  if (!isObject(it)) return 'The description must be an object: { ... }';
  if (typeof it.brand !== 'string') return '"brand" must be there, a text';
  if (!isObject(it.api)) return '"api" must be an object of endpoints';
  for (const [name, endpoint] of Object.entries(it.api)) {
    if (!isObject(endpoint) || typeof endpoint.type !== 'string')
      return `api.${name} needs a "type"`;
    const { attributes = {} } = endpoint;
    if (!isObject(attributes) || !Object.values(attributes).every(isObject))
      return `api.${name}.attributes must be an object of objects`;
  }
  if (
    it.access !== undefined &&
    !(isObject(it.access) && Array.isArray(it.access.users) && it.access.users.every(isObject))
  )
    return '"access" needs a list of "users"';
  if (it.theme !== undefined && !isObject(it.theme)) return '"theme" must be an object';
  if (it.toolbar !== undefined)
    return elementsMistake('toolbar', it.toolbar) || pagesMistake(it.pages);
  return pagesMistake(it.pages);
}

function pagesMistake(pages: unknown): string {
  if (!Array.isArray(pages)) return '"pages" must be a list';
  for (const page of pages) {
    if (!isObject(page) || !Array.isArray(page.panels)) return 'a page needs a list of "panels"';
    for (const panel of page.panels) {
      if (!isObject(panel)) return 'a panel must be an object';
      const mistake = elementsMistake('a panel\u2019s elements', panel.elements);
      if (mistake) return mistake;
    }
  }
  return '';
}

function elementsMistake(where: string, elements: unknown): string {
  if (!Array.isArray(elements)) return `${where}: must be a list`;
  for (const element of elements) {
    if (!isObject(element) || typeof element.type !== 'string')
      return `${where}: each needs a "type"`;
    if (element.elements === undefined) continue;
    const mistake = elementsMistake('a container\u2019s elements', element.elements);
    if (mistake) return mistake;
  }
  return '';
}

/** The first place where the text stops to be JSON. */
function syntaxPlace(text: string): { line: number; column: number } {
  let at = -1;
  parser.parse(text).iterate({
    enter: (node) => {
      if (at < 0 && node.type.isError) at = node.from;
    },
  });
  const before = text.slice(0, Math.max(at, 0)).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

export function readText(text: string): Description | TextMistake {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const place = syntaxPlace(text);
    const near = text
      .split('\n')
      [place.line - 1]?.slice(place.column - 1, place.column + 11)
      .trim();
    return {
      ...place,
      message: near ? `This is no JSON from "${near}" on.` : 'The JSON ends too early.',
    };
  }
  const mistake = shapeMistake(value);
  return mistake ? { line: 1, column: 1, message: mistake } : (value as Description);
}

const isMistake = (it: Description | TextMistake): it is TextMistake =>
  'message' in it && !('api' in it);

/** The description changed by a form: its text is written anew. */
export const withDescription = (document: Document, description: Description): Document => ({
  ...document,
  description,
  text: format(description),
  mistake: undefined,
});

/** The text was typed: kept as it is, and what it says is taken when it says something. */
export function withText(document: Document, text: string): Document {
  const result = readText(text);
  if (isMistake(result)) return { ...document, text, mistake: result };
  return { ...document, text, description: result, mistake: undefined };
}

/** What the wizard begins with when the file can't be read. */
export const EMPTY: Description = {
  brand: 'New device',
  api: {},
  pages: [{ title: 'Page 1', icon: 'home', panels: [{ title: 'Panel 1', elements: [] }] }],
};

export function open(text: string, settings: Settings): Document {
  return withText({ text: '', description: structuredClone(EMPTY), settings }, text);
}
