// types.ts - the description of a dashboard as `flota generate` hands it over (web/KIT.md), and what the device answers.
// SPDX-License-Identifier: Apache-2.0

export type Json = any;
export type Values = Record<string, Json>;

/** The status code, 0 when nothing answered in JSON; and what it said. */
export type Reply = [code: number, json?: Json];

/** A text, or an expression: a function of the values. */
export type Text = string | ((values: Values) => string);

/** An entry of flota/error.h. */
export interface ErrorText {
  code?: number;
  name?: string;
  cause: string;
  remedy: string;
}

export interface Notice {
  kind?: 'good' | 'bad' | 'loud' | 'wait'; // none: bad
  title: string;
  text?: string;
  more?: string | null; // for who wants to know
  act?: string | null; // what its button asks of the device
  button?: string | null;
  remaining_ms?: number | null; // its text ends where this belongs
  done?: () => void;
}

export type Phase =
  | 'idle'
  | 'checking'
  | 'receiving'
  | 'verifying'
  | 'restarting'
  | 'failed'
  | 'trial'
  | 'confirmed'
  | 'rolled-back'
  | 'stranded';

export interface Firmware {
  name: string;
  version: string;
  build_id: string;
}

/** What the device says of a chosen file: POST /api/firmware_update?check=1 */
export interface Checked {
  info: (Firmware & { board: string }) | null;
  asks: Record<string, string>; // why a consent is needed, by its name in the request
  error: ErrorText | null;
  offset: number; // where the upload goes on
}

/** GET /api/firmware_update */
export interface Status extends Firmware {
  phase: Phase;
  running: 'trial' | 'confirmed' | 'stranded' | 'unrecorded';
  trial: object | null;
  notices: Notice[];
  outcome: (Notice & { result: string; build_id: string }) | null;
  revert: Firmware | null;
  resume: { offset: number; size: number } | null;
  signatures: { policy: 'optional' | 'required' };
  bank: number;
  boot_id: number;
  board: string;
  in_flash: number;
  verified: number;
  size: number;
  from: string;
  error: ErrorText | null;
}

export type Place = [endpoint: string, attribute: string];
export interface Option {
  value: Json;
  label: Text;
}

export interface Element {
  type: string;
  title?: Text;
  text?: Text;
  tooltip?: Text;
  style?: Text;
  disabled?: Json;
  level?: number;
  write?: number; // level
  read_only?: 1;
  value?: Place;
  autosave?: 1;
  kind?: string;
  min?: number;
  max?: number;
  step?: number | 'any';
  size?: number; // bytes in C
  pattern?: string;
  message?: Text;
  placeholder?: Text;
  unit?: Text;
  options?: Option[];
  elements?: Element[];
  repeat?: string;
  action?: string;
  values?: Json;
  confirm?: Text;
  icon?: string;
  hold?: 1;
  endpoint?: string;
  accept?: string;
  labels?: Text[];
  points?: number;
  ticks?: number;
  zones?: { to: number; style: string }[];
  src?: string;
  alt?: Text;
}

export interface Panel {
  title?: Text;
  style?: string;
  elements: Element[];
}

export interface Page {
  title: Text;
  icon: string;
  level?: number;
  panels: Panel[];
}

export interface Description {
  brand: string;
  logo?: string;
  access?: number; // the smallest read level of what it shows
  toolbar?: Element[];
  pages: Page[];
  icons: Record<string, string>;
  local?: Values;
  events?: Record<string, number>;
  histories?: string[];
}
