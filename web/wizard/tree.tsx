// tree.tsx - pages, panels and elements: moved by mouse and finger (sortablejs), and by keyboard.
// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import Sortable, { type SortableEvent } from 'sortablejs';
import { offerFor } from './catalog';
import { Picture } from './fields';
import * as model from './model';
import { get, join, kindOf, listOf, parentOf, split } from './path';
import {
  change,
  description,
  mistakesIn,
  notify,
  now,
  say,
  select,
  showEndpoint,
  state,
} from './store';
import type { Element, Page, Panel } from './types';
import { removeEndpoint } from './endpoints';

const EXPRESSION_MAX = 20;

/** A text as the tree shows it: ${...} in short. */
const plain = (text: unknown): string =>
  String(text ?? '')
    .replace(/\$\{([^}]*)\}/g, (_, inside: string) =>
      inside.length > EXPRESSION_MAX ? '{…}' : `{${inside}}`,
    )
    .trim();

/** What people call a node. */
export function nameOf(path: string): string {
  const node = get(description(), path);
  const kind = kindOf(path);
  if (kind === 'project') return `Project: ${plain(description().brand)}`;
  if (kind === 'toolbar') return 'Toolbar';
  if (kind === 'page') return `Page: ${plain(node?.title)}`;
  if (kind === 'panel') return node?.title ? `Panel: ${plain(node.title)}` : 'Panel';
  const label = offerFor(node)?.label ?? node?.type;
  const title = plain(node?.title ?? node?.text ?? '');
  return title && title !== label ? `${label}: ${title}` : label;
}

/** Each place in the order of the tree. */
function places(): string[] {
  const all = [''];
  const walk = (elements: Element[], list: string) =>
    elements.forEach((it, i) => {
      all.push(join(list, i));
      if (it.elements) walk(it.elements, join(list, i, 'elements'));
    });
  all.push('toolbar');
  walk(description().toolbar ?? [], 'toolbar');
  description().pages.forEach((page, i) => {
    all.push(`pages/${i}`);
    page.panels.forEach((panel, j) => {
      all.push(`pages/${i}/panels/${j}`);
      walk(panel.elements, `pages/${i}/panels/${j}/elements`);
    });
  });
  return all;
}

/** Take what a change of the model gave, and say where the node is now. */
function settle({ description: after, selected }: model.Outcome): void {
  if (after === description()) return say('It can\u2019t go there.');
  change(after, '', selected);
  const { list, index } = listOf(selected);
  const count = get(after, list).length;
  say(`${nameOf(selected)} is now ${index + 1} of ${count} in ${nameOf(parentOf(selected))}.`);
}

export const moveSelected = (step: 1 | -1) =>
  settle(model.moveBy(description(), state.selected, step));
export const moveSelectedIn = () => settle(model.moveIn(description(), state.selected));
export const moveSelectedOut = () => settle(model.moveOut(description(), state.selected));
export const isNode = (path: string) => !['project', 'toolbar'].includes(kindOf(path));

export function duplicateSelected(): void {
  if (isNode(state.selected)) settle(model.duplicate(description(), state.selected));
}

export function removeSelected(): void {
  const path = state.selected;
  if (!isNode(path) || (kindOf(path) === 'page' && description().pages.length === 1)) return;
  const name = nameOf(path);
  const { description: after, selected, orphans } = model.remove(description(), path);
  change(after, '', selected);
  if (!orphans.length) return say(`${name} is removed.`);
  const act = () => {
    change(orphans.reduce(removeEndpoint, description()));
    notify(undefined);
  };
  const text = `${name} is removed. The page no longer uses ${orphans.join(', ')}.`;
  notify({
    kind: 'wait',
    text,
    action: {
      label: `Remove ${orphans.length > 1 ? 'these endpoints' : 'that endpoint'} too`,
      act,
    },
  });
}

// --- dragging ---

/** Sortable moves real nodes, Preact owns them: put back what it moved, then change the model. */
function dropped(event: SortableEvent): void {
  document.body.classList.remove('dragging');
  const { from, to, item, clone, pullMode } = event;
  const oldIndex = event.oldDraggableIndex ?? 0;
  const newIndex = event.newDraggableIndex ?? 0;
  const list = to.dataset.list;
  if (pullMode === 'clone') {
    clone.replaceWith(item);
    if (list !== undefined && to !== from) addAt(item.dataset.offer!, list, newIndex);
    return;
  }
  from.insertBefore(
    item,
    from.children[oldIndex + (from === to && newIndex < oldIndex ? 1 : 0)] ?? null,
  );
  const index = from === to && newIndex > oldIndex ? newIndex + 1 : newIndex;
  if (list !== undefined) settle(model.move(description(), item.dataset.path!, list, index));
}

export function addAt(offer: string, list: string, index: number): void {
  const { description: after, selected } = model.addElement(description(), offer, list, index);
  const made = Object.keys(after.api).filter((it) => !Object.hasOwn(description().api, it));
  change(after, '', selected);
  const makes = made.length ? ` It has the endpoint ${made.join(', ')}.` : '';
  say(`${nameOf(selected)} is added to ${nameOf(parentOf(selected))}.${makes}`);
}

const COMMON: Sortable.Options = {
  animation: 0, // while a place moves it can't be aimed at
  forceFallback: true, // the same for mouse, pen and finger
  fallbackOnBody: true,
  fallbackTolerance: 4,
  invertSwap: true, // the upper half of a place means before it, the lower half after it
  invertedSwapThreshold: 1,
  onStart: () => document.body.classList.add('dragging'),
  onEnd: dropped,
};

export function SortableList({
  options,
  ...rest
}: { options: Sortable.Options } & JSX.HTMLAttributes<HTMLUListElement>) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    const sortable = Sortable.create(list.current!, { ...COMMON, ...options });
    return () => sortable.destroy();
  }, []);
  return <ul ref={list} {...rest} />;
}

const optionsOf: Record<string, Sortable.Options> = {
  page: { group: 'pages' },
  panel: { group: 'panels' },
  element: {
    group: {
      name: 'elements',
      put: (to, _from, item) => {
        const list = to.el.dataset.list!;
        const path = item.dataset.path;
        const { offer } = item.dataset;
        if (offer) return list !== 'toolbar' || item.dataset.toolbar === 'true';
        return path !== undefined && model.mayStandIn(description(), path, list);
      },
    },
  },
};

// --- what is seen ---

const ICONS = {
  project: 'M5 22V3M5 4l15 4-15 5M2 22h6',
  toolbar: 'M3 5h18v4H3zM14 7h4',
  page: 'M6 3h12v18H6zM9 8h6M9 12h6',
  panel: 'M3 5h18v14H3zM3 9h18',
};

function iconOf(path: string): string | undefined {
  const kind = kindOf(path);
  return kind === 'element' ? offerFor(get(description(), path))?.icon : ICONS[kind];
}

function Item({
  path,
  level,
  children,
}: {
  path: string;
  level: number;
  children?: ComponentChildren;
}) {
  const isSelected = path === state.selected;
  const count = path ? mistakesIn(path) : 0;
  const name = nameOf(path);
  const [label, title] = name.includes(': ')
    ? [name.slice(0, name.indexOf(': ')), name.slice(name.indexOf(': ') + 2)]
    : [name, ''];
  return (
    <li role="none" data-path={path} data-kind={kindOf(path)}>
      <div
        class="item"
        role="treeitem"
        aria-selected={isSelected}
        aria-level={level}
        aria-description={count > 0 ? `${count} to correct` : undefined}
        tabIndex={isSelected ? 0 : -1}
        onClick={() => select(path)}
        onDblClick={() => kindOf(path) === 'element' && openEndpoint(path)}
      >
        <Picture path={iconOf(path)} />
        {title && <span class="hidden">{label}: </span>}
        <span class="words">{title || label}</span>
        {title && kindOf(path) === 'element' && <small aria-hidden="true">{label}</small>}
        {count > 0 && (
          <b class="count" aria-hidden="true">
            {count}
          </b>
        )}
      </div>
      {children}
    </li>
  );
}

function openEndpoint(path: string): void {
  const value = String(get(description(), path)?.value ?? '').split('.')[0];
  if (Object.hasOwn(description().api, value)) showEndpoint(value);
}

function List({
  list,
  kind,
  children,
}: {
  list: string;
  kind: string;
  children: ComponentChildren;
}) {
  return (
    <SortableList options={optionsOf[kind]} key={list} role="group" data-list={list} data-of={kind}>
      {children}
    </SortableList>
  );
}

const Elements = ({
  elements,
  list,
  level,
}: {
  elements: Element[];
  list: string;
  level: number;
}) => (
  <List list={list} kind="element">
    {elements.map((it, i) => (
      <Item path={join(list, i)} level={level} key={join(list, i)}>
        {it.type === 'container' && (
          <Elements
            elements={it.elements ?? []}
            list={join(list, i, 'elements')}
            level={level + 1}
          />
        )}
      </Item>
    ))}
  </List>
);

const Panels = ({ panels, list }: { panels: Panel[]; list: string }) => (
  <List list={list} kind="panel">
    {panels.map((it, i) => (
      <Item path={join(list, i)} level={3} key={join(list, i)}>
        <Elements elements={it.elements} list={join(list, i, 'elements')} level={4} />
      </Item>
    ))}
  </List>
);

const Pages = ({ pages }: { pages: Page[] }) => (
  <List list="pages" kind="page">
    {pages.map((it, i) => (
      <Item path={`pages/${i}`} level={2} key={`pages/${i}`}>
        <Panels panels={it.panels} list={`pages/${i}/panels`} />
      </Item>
    ))}
  </List>
);

let wasByKey = false; // the next drawing may take the place that has the focus away

function key(event: KeyboardEvent): void {
  const all = places();
  const at = all.indexOf(state.selected);
  const withAlt: Record<string, () => void> = {
    ArrowUp: () => moveSelected(-1),
    ArrowDown: () => moveSelected(1),
    ArrowRight: moveSelectedIn,
    ArrowLeft: moveSelectedOut,
  };
  const alone: Record<string, () => void> = {
    ArrowUp: () => select(all[Math.max(at - 1, 0)]),
    ArrowDown: () => select(all[Math.min(at + 1, all.length - 1)]),
    ArrowLeft: () => select(parentOf(state.selected)),
    Home: () => select(''),
    End: () => select(all.at(-1)!),
    Delete: removeSelected,
    Enter: () => select(state.selected),
  };
  const act = (event.altKey ? withAlt : alone)[event.key];
  if (!act || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  if (event.altKey && !isNode(state.selected)) return;
  wasByKey = true;
  act();
}

export function Tree() {
  const tree = useRef<HTMLUListElement>(null);
  const { selected } = state;
  useEffect(() => {
    const item = tree.current?.querySelector<HTMLElement>(`[data-path="${selected}"] > .item`);
    if (wasByKey || tree.current?.contains(document.activeElement))
      item?.focus({ preventScroll: true });
    wasByKey = false;
    item?.scrollIntoView({ block: 'nearest' });
  }, [selected, now()]);
  const { pages, toolbar = [] } = description();
  return (
    <ul
      class="tree"
      role="tree"
      aria-label="Pages and elements"
      ref={tree}
      onKeyDown={key}
      data-depth={split(selected).length}
    >
      <Item path="" level={1} />
      <Item path="toolbar" level={1}>
        <Elements elements={toolbar} list="toolbar" level={2} />
      </Item>
      <li role="none">
        <Pages pages={pages} />
      </li>
    </ul>
  );
}
