// elements.tsx - the elements apart from the update: toggle and text.
// SPDX-License-Identifier: Apache-2.0
import { h } from 'preact';
import { change, state } from './device';
import type { Element } from './types';

/** A text with its values filled in; empty until they have come. */
function filled({ text }: Element): string {
  try {
    return text ? text(state.values) : '';
  } catch {
    return '';
  }
}

export function Toggle({ element }: { element: Element }) {
  const [endpoint, attribute] = element.value!.split('.');
  const value = state.values[endpoint]?.[attribute];
  return (
    <label class="toggle">
      <span class="grow">
        <b>{element.title}</b>
        <small>{element.tooltip}</small>
      </span>
      <output>{filled(element)}</output>
      <input
        type="checkbox"
        role="switch"
        aria-label={element.title}
        checked={!!value}
        disabled={value === undefined}
        onChange={() => change(endpoint, { [attribute]: !value })}
      />
    </label>
  );
}

export function Text({ element }: { element: Element }) {
  return <p title={element.tooltip}>{filled(element)}</p>;
}
