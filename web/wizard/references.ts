// references.ts - where a description speaks of an endpoint or an attribute: bindings, and names inside ${...}.
// SPDX-License-Identifier: Apache-2.0
import type { Description, Element } from './types';

const EXPRESSION = /\$\{((?:'[^']*'|"[^"]*"|[^'"}])*)\}/g;
// Texts (as a whole: what they say is no name), and names with their dots: only a name's first two parts are an endpoint and its attribute.
const WORDS = /'[^']*'|"[^"]*"|[A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*)*/g;
const PICTURE = /^(\/api\/)([^/]+)(\/.*)$/;

/** An endpoint, or one attribute of it. */
export interface Name {
  endpoint: string;
  attribute?: string;
}

export type Change = (name: Name) => Name | null; // null: gone

const render = ({ endpoint, attribute }: Name): string =>
  attribute === undefined ? endpoint : `${endpoint}.${attribute}`;

const parse = (text: string): Name => {
  const [endpoint, attribute] = text.split('.').map((it) => it.trim());
  return { endpoint, attribute };
};

/** Inside a repeated container `row` is the endpoint of its rows. */
function changed(name: Name, row: string | undefined, change: Change): Name | null {
  if (name.endpoint !== 'row') return change(name);
  if (row === undefined) return name;
  const after = change({ ...name, endpoint: row });
  return after && { endpoint: 'row', attribute: after.attribute };
}

/** The text with its names changed; a ${...} that speaks of something gone is left out. */
export function changeText(text: string, row: string | undefined, change: Change): string {
  return text.replace(EXPRESSION, (whole, inside: string) => {
    let isGone = false;
    const after = inside.replace(WORDS, (word) => {
      const [first, second, ...more] = word.split('.').map((it) => it.trim());
      const name = changed({ endpoint: first, attribute: second }, row, change);
      isGone ||= name === null;
      if (!name || (name.endpoint === first && name.attribute === second)) return word;
      return [render(name), ...more].join('.');
    });
    if (isGone) return '';
    return after === inside ? whole : `\${${after}}`;
  });
}

const WHOLE = ['action', 'endpoint', 'repeat'];

/** One property after the change; undefined: it is gone. */
function changeProperty(
  key: string,
  value: unknown,
  row: string | undefined,
  change: Change,
): unknown {
  if (key === 'value' && typeof value === 'string') {
    const name = changed(parse(value), row, change);
    return name ? render(name) : undefined;
  }
  if (key === 'values' && Array.isArray(value)) {
    const names = value.map((it) => changed(parse(String(it)), row, change));
    const left = names.flatMap((it) => (it ? [render(it)] : []));
    return left.length ? left : undefined;
  }
  if (WHOLE.includes(key) && typeof value === 'string')
    return change({ endpoint: value })?.endpoint;
  if (key === 'src' && typeof value === 'string' && PICTURE.test(value)) {
    const [, before, name, after] = value.match(PICTURE)!;
    const target = change({ endpoint: name });
    return target ? `${before}${target.endpoint}${after}` : undefined;
  }
  return changeDeep(value, row, change);
}

/** Texts in lists and objects: labels, options. */
function changeDeep(value: unknown, row: string | undefined, change: Change): unknown {
  if (typeof value === 'string') return changeText(value, row, change);
  if (Array.isArray(value)) return value.map((it) => changeDeep(it, row, change));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, it]) => [key, changeDeep(it, row, change)]),
  );
}

/** All that it said is gone: an empty text is no text. */
const isEmptied = (before: unknown, after: unknown): boolean =>
  typeof after === 'string' && after.trim() === '' && before !== after;

/** A button's parameters are named after its action's attributes. */
function changeParameters(
  values: object,
  action: string,
  row: string | undefined,
  change: Change,
): object {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => {
      const name = change({ endpoint: action, attribute: key });
      const after = changeDeep(value, row, change);
      return name && !isEmptied(value, after) ? [[name.attribute!, after]] : [];
    }),
  );
}

/** Labels stand beside a graph's values; those of values that are gone go too. */
function changeLabels(element: Element, change: Change): void {
  if (!Array.isArray(element.labels) || !Array.isArray(element.values)) return;
  const values = element.values as unknown[];
  element.labels = element.labels.filter(
    (_, i) => i >= values.length || change(parse(String(values[i]))),
  );
}

/** The element after the change, or null when what it was made for is gone. */
function changeElement(element: Element, row: string | undefined, change: Change): Element | null {
  const after: Element = { type: element.type };
  const source = { ...element };
  changeLabels(source, change);
  const inner = typeof element.repeat === 'string' ? element.repeat : row;
  for (const [key, value] of Object.entries(source)) {
    if (key === 'type') continue;
    if (key === 'elements' && Array.isArray(value)) {
      after.elements = changeElements(value, inner, change);
    } else if (key === 'values' && value && typeof value === 'object' && !Array.isArray(value)) {
      after.values = changeParameters(value, String(element.action), row, change);
    } else {
      const result = changeProperty(key, value, row, change);
      const isBinding = key === 'value' || key === 'values' || key === 'src' || WHOLE.includes(key);
      if (result === undefined && isBinding) return null;
      if (isEmptied(value, result)) {
        if (key === 'text' && element.type === 'text') return null;
      } else after[key] = result;
    }
  }
  return after;
}

function changeElements(elements: Element[], row: string | undefined, change: Change): Element[] {
  return elements.flatMap((it) => changeElement(it, row, change) ?? []);
}

/** The description with what its page says of endpoints changed; `api` itself is the caller's. */
export function changeReferences(description: Description, change: Change): Description {
  const after = { ...description };
  if (description.toolbar) after.toolbar = changeElements(description.toolbar, undefined, change);
  after.pages = description.pages.map((page) => ({
    ...changeTexts(page, change),
    panels: page.panels.map((panel) => ({
      ...changeTexts(panel, change),
      elements: changeElements(panel.elements, undefined, change),
    })),
  }));
  return after;
}

function changeTexts<T extends object>(node: T, change: Change): T {
  const after: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(node)) {
    const text = typeof value === 'string' ? changeText(value, undefined, change) : value;
    if (!isEmptied(value, text)) after[key] = text;
    else if ('panels' in node) after[key] = 'Page'; // it needs a title
  }
  return after as T;
}

/** Paths of the elements, panels and pages that speak of the endpoint, or of that attribute of it. */
export function usesOf(description: Description, wanted: Name): string[] {
  const uses: string[] = [];
  let isUsed = false;
  const look: Change = (name) => {
    isUsed ||=
      name.endpoint === wanted.endpoint &&
      (wanted.attribute === undefined || name.attribute === wanted.attribute);
    return name;
  };
  const visit = (path: string, act: () => unknown) => {
    isUsed = false;
    act();
    if (isUsed) uses.push(path);
  };
  const walk = (elements: Element[], list: string, row?: string) =>
    elements.forEach((element, i) => {
      const path = `${list}/${i}`;
      const { elements: inner, ...own } = element;
      visit(path, () => changeElement(own as Element, row, look));
      if (inner) walk(inner, `${path}/elements`, (element.repeat as string) ?? row);
    });
  walk(description.toolbar ?? [], 'toolbar');
  description.pages.forEach((page, i) => {
    visit(`pages/${i}`, () => changeTexts({ ...page, panels: undefined }, look));
    page.panels.forEach((panel, j) => {
      visit(`pages/${i}/panels/${j}`, () => changeTexts({ ...panel, elements: undefined }, look));
      walk(panel.elements, `pages/${i}/panels/${j}/elements`);
    });
  });
  return uses;
}
