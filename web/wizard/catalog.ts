// catalog.ts - what the palette offers, and which properties each element has (docs/dashboard.md, Elements).
// SPDX-License-Identifier: Apache-2.0
import type { Attribute, Element, Endpoint } from './types';

export type FieldKind =
  | 'text' // may hold ${...}
  | 'word' // plain
  | 'number'
  | 'bool'
  | 'select'
  | 'icon'
  | 'level'
  | 'value' // ENDPOINT.ATTRIBUTE
  | 'values' // several of them
  | 'endpoint'
  | 'list' // one per line
  | 'choices' // of a dropdown
  | 'zones'
  | 'parameters'
  | 'style'
  | 'disabled';

export interface Field {
  key: string;
  label: string;
  kind: FieldKind;
  required?: boolean;
  options?: string[];
  of?: string[]; // types of attribute or endpoint that fit
  help?: string;
  on?: boolean; // a bool's value when it is not said
}

export interface Offer {
  id: string; // what the palette calls it
  type: string;
  label: string;
  group: string;
  icon: string;
  toolbar?: boolean; // may stand in the toolbar
  make: Omit<Element, 'type'>; // its properties; NAME is its endpoint, VALUE the attribute
  endpoint?: { name: string; api: Endpoint };
  needsAccess?: boolean;
}

const data = (name: string, attributes: Record<string, Attribute>) => ({
  name,
  api: { type: 'data', attributes },
});
const reading = (type: string, more = {}): Attribute => ({ type, read_only: true, ...more });
const history = { history: { points: 120, seconds: 1 } };

export const OFFERS: Offer[] = [
  {
    id: 'toggle',
    type: 'toggle',
    label: 'Toggle',
    group: 'Control',
    icon: 'M8 7h8a5 5 0 0 1 0 10H8A5 5 0 0 1 8 7M16 10a2 2 0 1 0 0 4 2 2 0 0 0 0-4',
    toolbar: true,
    make: { title: 'Toggle', value: 'VALUE', text: "${VALUE ? 'ON' : 'OFF'}" },
    endpoint: data('toggle', { state: { type: 'bool' } }),
  },
  {
    id: 'slider',
    type: 'slider',
    label: 'Slider',
    group: 'Control',
    icon: 'M3 12h7M16 12h5M13 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6',
    make: { title: 'Slider', value: 'VALUE', text: '${VALUE} %' },
    endpoint: data('slider', { value: { type: 'int', min: 0, max: 100 } }),
  },
  {
    id: 'input',
    type: 'input',
    label: 'Input',
    group: 'Control',
    icon: 'M3 7h18v10H3zM7 10v4',
    make: { title: 'Input', value: 'VALUE' },
    endpoint: data('input', { value: { type: 'string', size: 32 } }),
  },
  {
    id: 'dropdown',
    type: 'dropdown',
    label: 'Dropdown',
    group: 'Control',
    icon: 'M3 7h18v10H3zM13 11l2 2 2-2',
    make: { title: 'Dropdown', value: 'VALUE' },
    endpoint: data('choice', {
      value: { type: 'string', options: ['low', 'high'], initial: 'low' },
    }),
  },
  {
    id: 'button',
    type: 'button',
    label: 'Button',
    group: 'Control',
    icon: 'M6 7h12a3 3 0 0 1 3 3v4a3 3 0 0 1-3 3H6a3 3 0 0 1-3-3v-4a3 3 0 0 1 3-3M9 12h6',
    toolbar: true,
    make: { title: 'Start', action: 'NAME' },
    endpoint: { name: 'action', api: { type: 'action' } },
  },
  {
    id: 'save',
    type: 'save',
    label: 'Save button',
    group: 'Control',
    icon: 'M5 4h11l3 3v13H5zM8 4v5h7V4M8 20v-6h8v6',
    make: { title: 'Save' },
  },
  {
    id: 'text',
    type: 'text',
    label: 'Text',
    group: 'Show',
    icon: 'M5 6h14M12 6v13',
    toolbar: true,
    make: { text: 'Text' },
  },
  {
    id: 'graph',
    type: 'graph',
    label: 'Graph',
    group: 'Show',
    icon: 'M4 4v16h16M7 15l4-5 3 3 5-7',
    make: { title: 'Graph', values: ['VALUE'] },
    endpoint: data('sensor', { value: reading('double', history) }),
  },
  {
    id: 'gauge',
    type: 'gauge',
    label: 'Gauge',
    group: 'Show',
    icon: 'M4 17a8 8 0 1 1 16 0M12 16l4-5',
    make: { title: 'Gauge', value: 'VALUE', min: 0, max: 100 },
    endpoint: data('gauge', { value: reading('double') }),
  },
  {
    id: 'progress',
    type: 'progress',
    label: 'Progress',
    group: 'Show',
    icon: 'M3 10h18v4H3zM3 12h10',
    make: { title: 'Progress', value: 'VALUE' },
    endpoint: data('progress', { value: reading('double') }),
  },
  {
    id: 'icon',
    type: 'icon',
    label: 'Icon',
    group: 'Show',
    icon: 'M12 4l2.4 5 5.6.8-4 3.9.9 5.5-4.9-2.6-4.9 2.6.9-5.5-4-3.9 5.6-.8z',
    toolbar: true,
    make: { icon: 'info', text: 'Text' },
  },
  {
    id: 'image',
    type: 'image',
    label: 'Image',
    group: 'Show',
    icon: 'M3 5h18v14H3zM6 16l4-5 3 3 2-2 3 4M15 9v.01',
    make: { src: '/api/NAME/picture.png', alt: 'Picture' },
    endpoint: { name: 'pictures', api: { type: 'file' } },
  },
  {
    id: 'group',
    type: 'container',
    label: 'Group',
    group: 'Arrange',
    icon: 'M4 4h16v16H4zM8 9h8M8 14h8',
    make: { title: 'Group', elements: [] },
  },
  {
    id: 'list',
    type: 'container',
    label: 'List',
    group: 'Arrange',
    icon: 'M4 6h2M10 6h10M4 12h2M10 12h10M4 18h2M10 18h10',
    make: { title: 'List', repeat: 'NAME', elements: [{ type: 'text', text: '${row.name}' }] },
    endpoint: {
      name: 'rows',
      api: { type: 'array', attributes: { name: { type: 'string', size: 32 } }, rows: 8 },
    },
  },
  {
    id: 'log',
    type: 'container',
    label: 'Event log',
    group: 'Arrange',
    icon: 'M5 4h14v16H5zM8 8h8M8 12h8M8 16h5',
    make: { title: 'Events', repeat: 'NAME', elements: [{ type: 'text', text: '${row.text}' }] },
    endpoint: {
      name: 'messages',
      api: { type: 'events', attributes: { text: { type: 'string', size: 64 } } },
    },
  },
  {
    id: 'ota',
    type: 'ota',
    label: 'Firmware update',
    group: 'System',
    icon: 'M12 16V4M7 9l5-5 5 5M4 16v4h16v-4',
    make: { endpoint: 'NAME' },
    endpoint: { name: 'firmware_update', api: { type: 'ota' } },
  },
  {
    id: 'file',
    type: 'file',
    label: 'Files',
    group: 'System',
    icon: 'M6 3h8l4 4v14H6zM14 3v4h4',
    make: { title: 'Files', endpoint: 'NAME' },
    endpoint: { name: 'files', api: { type: 'file' } },
  },
  {
    id: 'login',
    type: 'login',
    label: 'Login',
    group: 'System',
    icon: 'M10 4h9v16h-9M3 12h11M10 8l4 4-4 4',
    toolbar: true,
    make: { title: 'Sign in' },
    needsAccess: true,
  },
  {
    id: 'logout',
    type: 'logout',
    label: 'Logout',
    group: 'System',
    icon: 'M14 4H5v16h9M9 12h12M17 8l4 4-4 4',
    toolbar: true,
    make: { title: 'Sign out' },
    needsAccess: true,
  },
  {
    id: 'password',
    type: 'password',
    label: 'Password',
    group: 'System',
    icon: 'M6 11h12v9H6zM8 11V8a4 4 0 0 1 8 0v3M12 15v2',
    make: { title: 'Change password' },
    needsAccess: true,
  },
];

export const offerOf = (id: string): Offer => OFFERS.find((it) => it.id === id)!;

/** What an element is called in the tree, and its picture. */
export function offerFor(element: Element): Offer | undefined {
  if (element.type === 'container') return offerOf(element.repeat ? 'list' : 'group');
  return OFFERS.find((it) => it.type === element.type);
}

const NUMBERS = ['int', 'double'];
const title: Field = { key: 'title', label: 'Title', kind: 'text' };
const text: Field = {
  key: 'text',
  label: 'Text',
  kind: 'text',
  help: 'Values: ${endpoint.attribute}',
};
const unit: Field = { key: 'unit', label: 'Unit', kind: 'word' };
const number = (key: string, label: string, required = false): Field => ({
  key,
  label,
  kind: 'number',
  required,
});
const value = (of: string[]): Field => ({
  key: 'value',
  label: 'Value',
  kind: 'value',
  of,
  required: true,
});
const autosave = (on: boolean): Field => ({
  key: 'autosave',
  label: 'Save each change at once',
  kind: 'bool',
  on,
});
const endpoint = (key: string, label: string, of: string[], required = true): Field => ({
  key,
  label,
  kind: 'endpoint',
  of,
  required,
});

export const FIELDS: Record<string, Field[]> = {
  text: [{ ...text, required: true }],
  container: [title, endpoint('repeat', 'Repeat for each row of', ['array', 'events'], false)],
  toggle: [title, value(['bool']), text, autosave(true)],
  input: [
    title,
    value([...NUMBERS, 'string']),
    {
      key: 'kind',
      label: 'Kind',
      kind: 'select',
      options: ['text', 'number', 'password', 'multiline'],
    },
    number('min', 'Least'),
    number('max', 'Most'),
    number('step', 'Step'),
    {
      key: 'pattern',
      label: 'Pattern',
      kind: 'word',
      help: 'A regular expression for the whole text',
    },
    { key: 'message', label: 'Message if it does not fit', kind: 'word' },
    { key: 'placeholder', label: 'Placeholder', kind: 'word' },
    unit,
    autosave(false),
  ],
  slider: [
    title,
    value(NUMBERS),
    text,
    number('min', 'Least'),
    number('max', 'Most'),
    number('step', 'Step'),
    unit,
    autosave(true),
  ],
  dropdown: [
    title,
    value([...NUMBERS, 'string']),
    {
      key: 'options',
      label: 'Options',
      kind: 'choices',
      help: 'One per line: value, or value = label. Empty: the attribute\u2019s.',
    },
    autosave(true),
  ],
  save: [title],
  login: [title],
  logout: [title],
  password: [title],
  button: [
    title,
    endpoint('action', 'Action', ['action']),
    { key: 'values', label: 'Parameters', kind: 'parameters', help: 'One per line: name = value' },
    {
      key: 'confirm',
      label: 'Ask before',
      kind: 'word',
      help: 'A question; empty: it starts at once',
    },
    { key: 'icon', label: 'Icon', kind: 'icon' },
  ],
  ota: [endpoint('endpoint', 'Endpoint', ['ota'])],
  file: [
    title,
    endpoint('endpoint', 'Endpoint', ['file']),
    { key: 'accept', label: 'Accepts', kind: 'word', help: 'For example .txt,.csv' },
  ],
  graph: [
    title,
    { key: 'values', label: 'Values', kind: 'values', of: NUMBERS, required: true },
    {
      key: 'labels',
      label: 'Labels',
      kind: 'list',
      help: 'One per line, in the order of the values',
    },
    number('points', 'Points'),
    number('min', 'Least'),
    number('max', 'Most'),
    unit,
  ],
  gauge: [
    title,
    value(NUMBERS),
    number('min', 'Least', true),
    number('max', 'Most', true),
    unit,
    number('ticks', 'Ticks'),
    {
      key: 'zones',
      label: 'Zones',
      kind: 'zones',
      help: 'One per line: up to = good, accent, warn or bad',
    },
  ],
  progress: [title, value(NUMBERS), number('max', 'Most'), text],
  icon: [{ key: 'icon', label: 'Icon', kind: 'icon', required: true }, text],
  image: [
    {
      key: 'src',
      label: 'Picture',
      kind: 'word',
      required: true,
      help: 'A file beside dashboard.json, or /api/FILES/NAME',
    },
    { key: 'alt', label: 'In words', kind: 'word', help: 'For people who do not see it' },
  ],
};

export const COMMON: Field[] = [
  { key: 'tooltip', label: 'Tooltip', kind: 'text' },
  { key: 'style', label: 'Style', kind: 'style' },
  {
    key: 'disabled',
    label: 'Disabled',
    kind: 'disabled',
    help: 'Always, or while an expression is true',
  },
  { key: 'level', label: 'Seen from level', kind: 'level' },
];

export const STYLES = ['wide', 'large', 'center', 'quiet', 'accent', 'good', 'warn', 'bad'];

export const ENDPOINT_TYPES: Record<string, string> = {
  data: 'values',
  array: 'rows of the same attributes',
  action: 'is started, then done or failed',
  events: 'what the application reports',
  file: 'list, upload, download, delete',
  ota: 'the firmware update',
  custom: 'the application answers HTTP itself',
  local: 'values of this browser only',
};

/** A fresh endpoint of a type. */
export function freshEndpoint(type: string): Endpoint {
  const attributes: Record<string, Record<string, Attribute>> = {
    data: { value: { type: 'int' } },
    array: { name: { type: 'string', size: 32 } },
    events: { text: { type: 'string', size: 64 } },
    local: { value: { type: 'int', initial: 0 } },
  };
  const endpoint: Endpoint = { type };
  if (attributes[type]) endpoint.attributes = attributes[type];
  if (type === 'array') endpoint.rows = 8;
  return endpoint;
}

export const hasAttributes = (type: string): boolean =>
  ['data', 'array', 'action', 'events', 'local'].includes(type);
