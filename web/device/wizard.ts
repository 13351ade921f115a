// wizard.ts - only in the wizard's live page: says which element was clicked, and outlines one.
// SPDX-License-Identifier: Apache-2.0
import { D, draw, E } from './core';
import { page } from './main';
import type { Description } from './types';

let selected = '';
const say = (message: object) => parent.postMessage(message, '*'); // the wizard has another origin

/** Each object in the lists of the description learns its place: "pages/0/panels/1/elements/0". */
function mark(it: any, path: string) {
  for (const key of ['pages', 'panels', 'toolbar', 'elements'])
    it[key]?.forEach((child: any, i: number) => {
      child.wizard_path = `${path}${key}/${i}`;
      mark(child, `${path}${key}/${i}/`);
    });
}

E.wizard = (description: Description) => {
  mark(description, '');
  addEventListener('click', ({ target }) => {
    const path = (target as HTMLElement).closest?.<HTMLElement>('[data-path]')?.dataset.path;
    if (path) say({ flota: 'pick', path });
  });
  addEventListener('hashchange', () => say({ flota: 'page', page }));
  addEventListener('message', ({ data }) => {
    if (data?.flota === 'scheme') document.documentElement.style.colorScheme = data.scheme;
    if (data?.flota !== 'select') return;
    selected = `${data.path}`;
    const [, index] = /^pages\/(\d+)/.exec(selected) ?? [];
    if (index && +index !== page) location.hash = index;
    draw();
  });
  setTimeout(() => say({ flota: 'ready' }));
};

D.wizard_path = (node, { wizard_path: path }: any) => {
  node._props['data-path'] = path;
  if (path === selected) node._props.class = `${node._props.class ?? ''} selected`;
  return node;
};
