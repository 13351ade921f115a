// fields.tsx - what shows and changes a value: toggle, input, slider, dropdown; saving what was changed.
//
// A change is a draft until the device has taken it. Drafts of a panel wait for its Save; a field that saves by itself
// has its own, so that its draft is sent at once.
// SPDX-License-Identifier: Apache-2.0
import { description, draw, E, h, post, scope, text, values } from './core';
import type { Node } from './dom';
import { panel } from './main';
import type { Element, Json, Panel, Place } from './types';

/** A panel, or a field that saves by itself. */
interface Form {
  autosave?: 1;
  title?: any;
  _drafts?: Record<string, Json>; // by endpoint, then attribute
  _wrong?: Record<string, string>; // in words
  _isBusy?: boolean;
  _hasSave?: boolean; // an element of its own
}

export const valueOf = ([endpoint, attribute]: Place): Json => scope[endpoint]?.[attribute];

/** May nobody change it now? */
export const isOff = ({ disabled, read_only, write, value }: Element) =>
  disabled || read_only || values.user?.level < write! || (value && valueOf(value) === undefined);

const hasDrafts = ({ _drafts }: Form) => Object.keys(_drafts ?? {}).length > 0;

/** Send what was changed. A refused change of a field that saves by itself is taken back. */
async function save(form: Form) {
  if (form._isBusy) return;
  form._isBusy = true;
  for (const path in form._drafts) {
    const sent = form._drafts[path];
    const isTaken = await post(path, JSON.stringify(sent));
    if ((isTaken || form.autosave) && sent === form._drafts[path]) delete form._drafts[path];
  }
  form._isBusy = false;
  if (form.autosave && hasDrafts(form)) save(form); // it was changed meanwhile
  draw();
}

type Change = (value: Json, isLast?: boolean, wrong?: string) => void;

/** The value of a field, how to change it, and what is wrong with it. */
function useField({ value: [endpoint, attribute], _of }: any): [Json, Change, string?] {
  const form: Form = _of.autosave ? _of : panel;
  const { _of: rows, index } = scope.row ?? {};
  const path = endpoint === 'row' ? `${rows}/${index}` : endpoint;
  const key = path + attribute;
  return [
    form._drafts?.[path]?.[attribute] ?? valueOf([endpoint, attribute]),
    (value, isLast = true, wrong = '') => {
      const all = description.local?.[path] ? values : (form._drafts ??= {});
      all[path] = { ...all[path], [attribute]: value };
      (form._wrong ??= {})[key] = wrong;
      if (form.autosave && isLast && !wrong) save(form);
      draw();
    },
    form._wrong?.[key],
  ];
}

/** Title, the control (a label is of its first one), what the text says; and below, what is wrong. */
const field = (element: Element, tag: string, props: object, children?: Node[], wrong?: string) => (
  <label class="field">
    <span class="grow">
      <b>{element.title}</b>
      <small>{element.tooltip}</small>
    </span>
    {h(tag, { 'aria-label': element.title, disabled: isOff(element), ...props }, children)}
    <output>{element.text}</output>
    {wrong && (
      <small class="wrong" role="alert">
        {wrong}
      </small>
    )}
  </label>
);

E.toggle = (element: Element) => {
  const [value, change] = useField(element);
  return field(element, 'input', {
    type: 'checkbox',
    role: 'switch',
    checked: !!value,
    onchange: () => change(!value),
  });
};

/** What limits a number. */
const limits = ({ min, max, step }: Element) => ({ min, max, step });

E.slider = (element: Element) => {
  const [value, change] = useField(element);
  return field({ text: `${value ?? ''} ${element.unit ?? ''}`, ...element }, 'input', {
    ...limits(element),
    type: 'range',
    value,
    oninput: ({ target }: any) => change(+target.value),
  });
};

E.dropdown = (element: Element) => {
  const [value, change] = useField(element);
  const options = element.options!;
  return field(
    element,
    'select',
    { onchange: ({ target }: any) => change(options[target.selectedIndex].value) },
    options.map((it) => <option selected={it.value === value}>{text(it.label)}</option>),
  );
};

E.input = (element: Element) => {
  const [value = '', change, wrong] = useField(element);
  const { kind, pattern, message, placeholder, size, unit } = element;
  const required = kind === 'number';
  const take = ({ target: { value, validity, validationMessage }, type }: any) => {
    const isLast = type === 'change';
    const { valid } = validity;
    change(required && isLast && valid ? +value : value, isLast, valid ? '' : message || validationMessage);
  };
  return field(
    { text: unit, ...element },
    kind === 'multiline' ? 'textarea' : 'input',
    {
      ...limits(element),
      type: kind,
      'aria-invalid': `${!!wrong}`,
      required,
      pattern,
      maxlength: size && size - 1,
      placeholder,
      value,
      oninput: take,
      onchange: take,
    },
    [],
    wrong,
  );
};

// --- save and cancel ---

const buttons = (form: Form, title = 'Save') => (
  <p class="row">
    <button
      class="go"
      disabled={!hasDrafts(form) || form._isBusy || Object.values(form._wrong ?? {}).join('')}
      onclick={() => save(form)}
    >
      {title}
    </button>
    {hasDrafts(form) && (
      <button
        onclick={() => {
          form._drafts = form._wrong = undefined;
          draw();
        }}
      >
        Cancel
      </button>
    )}
  </p>
);

E.save = ({ title }: Panel) => {
  (panel as Form)._hasSave = true;
  return buttons(panel as Form, title as string);
};

/** Below a panel with changes, unless it has a Save of its own. */
E.save_panel = (form: Form) => hasDrafts(form) && !form._hasSave && buttons(form);
