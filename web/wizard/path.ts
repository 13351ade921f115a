// path.ts - places in a description: "pages/0/panels/1/elements/0", as the checker names them; '' is the whole.
// SPDX-License-Identifier: Apache-2.0

export type Kind = 'project' | 'page' | 'panel' | 'element' | 'toolbar';

export const split = (path: string): string[] => (path ? path.split('/') : []);
export const join = (...parts: (string | number)[]): string =>
  parts.filter((it) => it !== '').join('/');

/** What stands there, or undefined. */
export function get(root: unknown, path: string): any {
  let at: any = root;
  for (const part of split(path)) {
    if (at === null || typeof at !== 'object' || !Object.hasOwn(at, part)) return undefined;
    at = at[part];
  }
  return at;
}

/** "pages/0/panels/1" is entry 1 of the list "pages/0/panels". */
export function listOf(path: string): { list: string; index: number } {
  const parts = split(path);
  return { list: parts.slice(0, -1).join('/'), index: Number(parts.at(-1)) };
}

export function kindOf(path: string): Kind {
  const parts = split(path);
  if (!parts.length) return 'project';
  if (parts[0] === 'toolbar') return parts.length === 1 ? 'toolbar' : 'element';
  const list = parts.at(-2);
  if (list === 'pages') return 'page';
  return list === 'panels' ? 'panel' : 'element';
}

/** The page, panel or element that holds this one; '' at last. */
export function parentOf(path: string): string {
  const { list } = listOf(path);
  return list === 'toolbar' ? list : split(list).slice(0, -1).join('/');
}

export const isInside = (path: string, outer: string): boolean =>
  outer === '' || path === outer || path.startsWith(`${outer}/`);

/** Where the list is that a node's children stand in. */
export function childrenOf(path: string): string {
  const lists = {
    project: 'pages',
    page: 'panels',
    panel: 'elements',
    element: 'elements',
    toolbar: '',
  };
  return join(path, lists[kindOf(path)]);
}

/** The place after an entry of a list was taken away; undefined for that entry and what it held. */
export function afterRemoval(path: string, removed: string): string | undefined {
  if (isInside(path, removed)) return undefined;
  return shifted(path, removed, -1);
}

function shifted(path: string, changed: string, by: number): string {
  const { list, index } = listOf(changed);
  if (!isInside(path, list) || path === list) return path;
  const parts = split(path);
  const depth = split(list).length;
  if (Number(parts[depth]) < index) return path;
  parts[depth] = String(Number(parts[depth]) + by);
  return parts.join('/');
}
