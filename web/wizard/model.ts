// model.ts - what can be done to a description: pure functions, the old one stays as it was.
// SPDX-License-Identifier: Apache-2.0
import { type Offer, offerFor, offerOf } from './catalog';
import { freeName } from './names';
import { afterRemoval, get, isInside, join, kindOf, listOf, parentOf } from './path';
import { usesOf } from './references';
import type { Description, Element, Page, Panel } from './types';

/** A description, and which node is selected in it. */
export interface Outcome {
  description: Description;
  selected: string;
}

const copy = (description: Description): Description => structuredClone(description);

/** Change or (undefined) leave out one property of the node at the path. */
export function setProperty(
  description: Description,
  path: string,
  key: string,
  value: unknown,
): Description {
  const after = copy(description);
  const node = get(after, path);
  if (!node) return description;
  if (value === undefined) delete node[key];
  else node[key] = value;
  return after;
}

function insert(description: Description, list: string, index: number, node: unknown): string {
  let entries = get(description, list);
  if (!entries) {
    const holder = get(
      description,
      parentOf(`${list}/0`) === 'toolbar' ? '' : parentOf(`${list}/0`),
    );
    entries = holder[list.split('/').at(-1)!] = [];
  }
  const at = Math.max(0, Math.min(index, entries.length));
  entries.splice(at, 0, node);
  return join(list, at);
}

export function addPage(description: Description, index = description.pages.length): Outcome {
  const after = copy(description);
  const page: Page = {
    title: `Page ${after.pages.length + 1}`,
    icon: 'home',
    panels: [{ title: 'Panel 1', elements: [] }],
  };
  return { description: after, selected: insert(after, 'pages', index, page) };
}

export function addPanel(description: Description, page: string, index = 64): Outcome {
  const after = copy(description);
  const panel: Panel = { title: `Panel ${get(after, page).panels.length + 1}`, elements: [] };
  return { description: after, selected: insert(after, join(page, 'panels'), index, panel) };
}

// --- elements ---

/** The texts of an offer with the names of its endpoint in them. */
function filled<T>(value: T, name: string, attribute: string): T {
  const json = JSON.stringify(value).replaceAll('VALUE', attribute).replaceAll('NAME', name);
  return JSON.parse(json);
}

/** The endpoint that a place inside a repeated container has its rows from. */
export function rowsAround(description: Description, list: string): string | undefined {
  for (let path = parentOf(join(list, 0)); kindOf(path) === 'element'; path = parentOf(path)) {
    const name = get(description, path)?.repeat;
    if (typeof name === 'string') return name;
  }
  return undefined;
}

/** The element's values become one more attribute of the rows it is repeated for. */
function makeInRow(description: Description, offer: Offer, rows: string): Element {
  const attributes = (description.api[rows].attributes ??= {});
  const [[first, attribute]] = Object.entries(offer.endpoint!.api.attributes!);
  const name = freeName(first, Object.keys(attributes));
  attributes[name] = structuredClone(attribute);
  return { type: offer.type, ...filled(offer.make, 'row', `row.${name}`) } as Element;
}

function makeElement(description: Description, offer: Offer, list: string): Element {
  const rows = rowsAround(description, list);
  if (rows && description.api[rows]?.type === 'array' && 'value' in offer.make)
    return makeInRow(description, offer, rows);
  if (!offer.endpoint) return { type: offer.type, ...structuredClone(offer.make) } as Element;
  const { name: wish, api } = offer.endpoint;
  const isShared = api.type === 'ota';
  const name = isShared ? wish : freeName(wish, Object.keys(description.api));
  description.api[name] ??= structuredClone(api);
  const attribute = Object.keys(api.attributes ?? {})[0] ?? '';
  return { type: offer.type, ...filled(offer.make, name, `${name}.${attribute}`) } as Element;
}

/** Add an element of the palette, with the endpoint it needs. */
export function addElement(
  description: Description,
  id: string,
  list: string,
  index = 64,
): Outcome {
  const offer = offerOf(id);
  const after = copy(description);
  const panel = parentOf(join(list, 0));
  if (kindOf(panel) === 'panel' && !get(after, panel))
    insert(after, listOf(panel).list, 0, { title: 'Panel 1', elements: [] });
  if (offer.needsAccess) after.access ??= { users: [{ name: 'admin', level: 9 }] };
  const element = makeElement(after, offer, list);
  return { description: after, selected: insert(after, list, index, element) };
}

/** The list and place where something new goes when this node is selected. */
export function placeFor(
  description: Description,
  selected: string,
): { list: string; index: number } {
  const kind = kindOf(selected);
  const node = get(description, selected);
  if (kind === 'toolbar') return { list: 'toolbar', index: node?.length ?? 0 };
  if (kind === 'element') {
    if (node?.type === 'container')
      return { list: join(selected, 'elements'), index: node.elements?.length ?? 0 };
    const { list, index } = listOf(selected);
    return { list, index: index + 1 };
  }
  if (kind === 'panel') return { list: join(selected, 'elements'), index: node.elements.length };
  const page = kind === 'page' ? selected : 'pages/0';
  const panels = get(description, page)?.panels ?? [];
  const last = join(page, 'panels', Math.max(panels.length - 1, 0)); // addElement() makes a first one
  return { list: join(last, 'elements'), index: panels.at(-1)?.elements.length ?? 0 };
}

// --- moving ---

/** May a node of this kind stand in that list? */
export function mayStandIn(description: Description, path: string, list: string): boolean {
  if (isInside(list, path)) return false;
  const kind = kindOf(path);
  const target = list === 'toolbar' ? 'element' : kindOf(join(list, 0));
  if (kind !== target) return false;
  const holder = parentOf(join(list, 0));
  if (kind !== 'element') return get(description, list) !== undefined;
  if (list === 'toolbar') return !!offerFor(get(description, path))?.toolbar;
  return kindOf(holder) === 'panel' || get(description, holder)?.type === 'container';
}

/** Take a node away and put it into another list; `index` counts as the list is before. */
export function move(description: Description, path: string, list: string, index: number): Outcome {
  const same = { description, selected: path };
  if (!mayStandIn(description, path, list)) return same;
  const from = listOf(path);
  if (from.list === list && (index === from.index || index === from.index + 1)) return same;
  const after = copy(description);
  const [node] = get(after, from.list).splice(from.index, 1);
  const target = afterRemoval(list, path)!;
  const at = from.list === list && index > from.index ? index - 1 : index;
  return { description: after, selected: insert(after, target, at, node) };
}

/** The lists that elements may stand in, in the order of the page: where "up" from the first place leads. */
function siblingsLists(description: Description, kind: string): string[] {
  if (kind === 'panel') return description.pages.map((_, i) => `pages/${i}/panels`);
  return description.pages.flatMap((page, i) =>
    page.panels.map((_, j) => `pages/${i}/panels/${j}/elements`),
  );
}

/** One step up or down; at the end of a panel or page on into the next one. */
export function moveBy(description: Description, path: string, step: 1 | -1): Outcome {
  const { list, index } = listOf(path);
  const count = get(description, list)?.length ?? 0;
  const next = index + step;
  if (next >= 0 && next < count) return move(description, path, list, step > 0 ? next + 1 : next);
  const lists = siblingsLists(description, kindOf(path));
  const neighbour = lists.includes(list) ? lists[lists.indexOf(list) + step] : undefined;
  if (!neighbour) return { description, selected: path };
  return move(description, path, neighbour, step > 0 ? 0 : get(description, neighbour).length);
}

/** Into the container just before it, at its end. */
export function moveIn(description: Description, path: string): Outcome {
  const { list, index } = listOf(path);
  const before = join(list, index - 1);
  const inner = get(description, before)?.elements;
  if (kindOf(path) !== 'element' || index === 0) return { description, selected: path };
  return move(description, path, join(before, 'elements'), inner?.length ?? 0);
}

/** Out of its container, to the place after it. */
export function moveOut(description: Description, path: string): Outcome {
  const holder = parentOf(path);
  if (kindOf(path) !== 'element' || kindOf(holder) !== 'element')
    return { description, selected: path };
  const { list, index } = listOf(holder);
  return move(description, path, list, index + 1);
}

export function duplicate(description: Description, path: string): Outcome {
  const after = copy(description);
  const { list, index } = listOf(path);
  return {
    description: after,
    selected: insert(after, list, index + 1, structuredClone(get(after, path))),
  };
}

/** What is selected when a node has gone: the next one, the one before, or what held it. */
function neighbourOf(description: Description, path: string): string {
  const { list, index } = listOf(path);
  const count = get(description, list)?.length ?? 0;
  return count ? join(list, Math.min(index, count - 1)) : parentOf(path);
}

/** Remove a node. `orphans`: endpoints that the page used for it, and for nothing else. */
export function remove(description: Description, path: string): Outcome & { orphans: string[] } {
  const after = copy(description);
  const { list, index } = listOf(path);
  get(after, list).splice(index, 1);
  if (list === 'toolbar' && !after.toolbar?.length) delete after.toolbar;
  const orphans = Object.keys(description.api).filter(
    (endpoint) =>
      usesOf(description, { endpoint }).some((use) => isInside(use, path)) &&
      !usesOf(after, { endpoint }).length,
  );
  return { description: after, selected: neighbourOf(after, path), orphans };
}
