// types.ts - the description of a dashboard as build.mjs hands it over, and what the device answers.
// SPDX-License-Identifier: Apache-2.0

export type Value = boolean | number | string;
export type Values = Record<string, Value>;

/** An entry of flota/error.h. */
export interface ErrorText {
  code: number;
  name: string;
  cause: string;
  remedy: string;
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

/** Bytes that the device still has of an upload that was interrupted. */
export interface Resume {
  offset: number;
  size: number;
  digest: string; // as Picked.digest
}

/** A rollback that nobody has read about. */
export interface RolledBack {
  build_id: string;
  reason: string; // a clause
  attempts: number;
  cause: string;
  fault: { what: string; pc: string; lr: string; milestone: number } | null;
}

/** GET /api/firmware_update */
export interface Status extends Firmware {
  phase: Phase;
  running: 'trial' | 'confirmed' | 'stranded' | 'unrecorded';
  trial: {
    remaining_ms: number;
    attempt: number;
    kind: 'update' | 'revert';
    policy: 'automatic' | 'explicit';
  } | null;
  rolled_back: RolledBack | null;
  stranded: string | null;
  revert: Firmware | null;
  resume: Resume | null;
  signatures: { policy: 'optional' | 'required'; keys: number };
  bank: number;
  boot_id: number;
  product: string;
  board: string;
  slot_size: number;
  in_flash: number;
  verified: number;
  size: number;
  from: string;
  new: Firmware | null;
  error: ErrorText | null;
  auth: 'none' | 'token' | 'basic';
}

export interface Element {
  type: 'toggle' | 'text' | 'ota';
  title?: string;
  text?: (values: Record<string, Values>) => string;
  tooltip?: string;
  value?: string; // toggle: "endpoint.attribute"
  endpoint?: string; // ota
}

export interface Page {
  title: string;
  icon: string;
  panels: { title?: string; elements: Element[] }[];
}

export interface Description {
  brand: string;
  data: string[]; // endpoints that hold values
  pages: Page[];
}
