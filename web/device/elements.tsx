// elements.tsx - what only shows: text, icon, image, progress, gauge; containers; and what any element may have.
//
// The expressions of an element are values here: show() in main.tsx. SPDX-License-Identifier: Apache-2.0
import { D, description, E, h, values, within } from './core';
import { valueOf } from './fields';
import { bar, icon, show } from './main';
import type { Element, Json, Page } from './types';

E.text = ({ text }: Element) => <p>{text}</p>;

E.icon = ({ icon: name, text }: Element) => (
  <p class="row">
    {icon(name!)}
    {text}
  </p>
);

E.image = ({ src, alt = '' }: Element) => <img src={src} alt={alt} />;

E.progress = ({ value, title, max = 100, text = valueOf(value!) }: Element) => (
  <div>
    <p class="row">
      <b class="grow">{title}</b>
      <output>{text}</output>
    </p>
    {bar(title as string, (100 * valueOf(value!)) / max)}
  </div>
);

// --- gauge: a half circle ---

/** Part of it: so long, so much of it from there on. */
const arc = (length: number, dashes: string, style?: string) => (
  <path d="M20 100a80 80 0 0 1 160 0" class={style} pathLength={length} stroke-dasharray={dashes} />
);

E.gauge = (element: any) => {
  const { value, min, max, title, unit } = element;
  const now = valueOf(value);
  const length = max - min;
  return (
    <div class="gauge">
      <b>{title}</b>
      <svg
        viewBox="0 0 200 108"
        role="meter"
        aria-label={title}
        aria-valuemin={min}
        aria-valuemax={max}
        aria-valuenow={now ?? min}
      >
        {arc(1, '1')}
        {E.zones?.(element)}
        {E.ticks?.(element)}
        {arc(length, `${Math.max(0, now - min) || 0} ${length}`, 'now')}
      </svg>
      <p class="row">
        <small>{min}</small>
        <output class="grow">
          {now} <small>{unit}</small>
        </output>
        <small>{max}</small>
      </p>
    </div>
  );
};

E.zones = ({ zones, min, max }: any) =>
  zones?.map(({ to, style }: any) => arc(max - min, `${to - min} 1e9`, style)).reverse();

E.ticks = ({ ticks }: any) => ticks && arc(ticks - 1, '.02 .98', 'tick');

// --- containers ---

E.container = ({ title, elements, repeat }: Element) => {
  const inner = () => elements!.map(show);
  return (
    <div role="group" aria-label={title}>
      {title && <h3>{title}</h3>}
      {repeat ? E.repeat(repeat, inner) : inner()}
    </div>
  );
};

E.repeat = (_of: string, inner: () => Json[]) =>
  values[_of]?.map((row: Json, index: number) => (
    <div class="item">{within({ ...values, row: { ...row, index, _of } }, inner)}</div>
  ));

let begun: Record<string, boolean> = {};

/** What has happened: entries behind those that are there. Without a name: a new stream begins. */
E.events = (name?: string, entries?: Json) => {
  if (!name) return (begun = {});
  const keep = description.events?.[name];
  const before = begun[name] ? values[name] : [];
  begun[name] = true;
  return keep ? [...before, ...entries].slice(-keep) : entries;
};

// --- what any element may have ---

D.tooltip = (node, { tooltip }) => {
  node._props.title = tooltip;
  return node;
};

D.style = (node, { style }) => {
  node._props.class = `${node._props.class ?? ''} ${style}`;
  return node;
};

E.level = ({ level }: Page) => !(level! > (values.user?.level ?? 0));
D.level = (node, element) => E.level(element) && node;
