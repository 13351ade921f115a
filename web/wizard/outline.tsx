// outline.tsx - the left side: the tree with its buttons, and the palette. SPDX-License-Identifier: Apache-2.0
import { OFFERS, type Offer } from './catalog';
import { Picture } from './fields';
import * as model from './model';
import { kindOf, listOf, split } from './path';
import { change, description, now, state } from './store';
import {
  addAt,
  duplicateSelected,
  isNode,
  moveSelected,
  moveSelectedIn,
  moveSelectedOut,
  nameOf,
  removeSelected,
  SortableList,
  Tree,
} from './tree';

function addPage(): void {
  const { description: after, selected } = model.addPage(description());
  change(after, '', selected);
}

function addPanel(): void {
  const [list, page = 0] = split(state.selected);
  const target = list === 'pages' ? `pages/${page}` : 'pages/0';
  const at = kindOf(state.selected) === 'panel' ? listOf(state.selected).index + 1 : undefined;
  const { description: after, selected } = model.addPanel(description(), target, at);
  change(after, '', selected);
}

function add(offer: Offer): void {
  const place = model.placeFor(description(), state.selected);
  const isWrong = place.list === 'toolbar' && !offer.toolbar;
  const { list, index } = isWrong ? model.placeFor(description(), 'pages/0') : place;
  addAt(offer.id, list, index);
}

function Tool({
  label,
  path,
  act,
  disabled,
}: {
  label: string;
  path: string;
  act: () => void;
  disabled?: boolean;
}) {
  return (
    <button
      type="button"
      class="tool"
      aria-label={label}
      title={label}
      disabled={disabled}
      onClick={act}
    >
      <Picture path={path} />
    </button>
  );
}

const Add = ({ label, act }: { label: string; act: () => void }) => (
  <button type="button" class="add" aria-label={`Add ${label.toLowerCase()}`} onClick={act}>
    <Picture path="M12 6v12M6 12h12" size={14} />
    {label}
  </button>
);

function Tools() {
  const isFixed = !isNode(state.selected);
  const isElement = kindOf(state.selected) === 'element';
  return (
    <div class="tools" role="toolbar" aria-label="Change the selected">
      <Tool
        label="Move up"
        path="M12 19V6M6 11l6-6 6 6"
        act={() => moveSelected(-1)}
        disabled={isFixed}
      />
      <Tool
        label="Move down"
        path="M12 5v13M6 13l6 6 6-6"
        act={() => moveSelected(1)}
        disabled={isFixed}
      />
      <Tool
        label="Move into the group before"
        path="M4 6h16M10 12h10M10 18h10M4 11l3 3-3 3"
        act={moveSelectedIn}
        disabled={!isElement}
      />
      <Tool
        label="Move out of its group"
        path="M4 6h16M10 12h10M10 18h10M7 11l-3 3 3 3"
        act={moveSelectedOut}
        disabled={!isElement}
      />
      <span class="gap" />
      <Tool
        label="Duplicate"
        path="M8 8h12v12H8zM4 16V4h12"
        act={duplicateSelected}
        disabled={isFixed}
      />
      <Tool
        label="Remove"
        path="M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13"
        act={removeSelected}
        disabled={isFixed}
      />
    </div>
  );
}

const OPTIONS = { group: { name: 'elements', pull: 'clone' as const, put: false }, sort: false };

function Offers({ group }: { group: string }) {
  return (
    <div class="offers">
      <h3>{group}</h3>
      <SortableList options={OPTIONS} class="offer-list">
        {OFFERS.filter((it) => it.group === group).map((it) => (
          <li key={it.id} data-offer={it.id} data-toolbar={String(!!it.toolbar)}>
            <button type="button" aria-label={`Add ${it.label}`} onClick={() => add(it)}>
              <Picture path={it.icon} />
              <span class="words">{it.label}</span>
            </button>
          </li>
        ))}
      </SortableList>
    </div>
  );
}

export function Outline() {
  return (
    <aside class="outline" aria-label="Outline" inert={!!now().mistake}>
      <div class="head">
        <h2>Pages</h2>
        <Add label="Page" act={addPage} />
        <Add label="Panel" act={addPanel} />
      </div>
      <div class="scroll">
        <Tree />
      </div>
      <Tools />
      <div class="head">
        <h2>Elements</h2>
        <small>drag, or press to add to {nameOf(state.selected).replace(/^\w+: /, '')}</small>
      </div>
      <div class="palette">
        {['Control', 'Show', 'Arrange', 'System'].map((it) => (
          <Offers group={it} key={it} />
        ))}
      </div>
    </aside>
  );
}
