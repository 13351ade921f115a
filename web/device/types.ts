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

export type Phase = 'idle' | 'checking' | 'receiving' | 'verifying' | 'restarting' | 'failed';

/** GET /api/firmware_update */
export interface Status {
  phase: Phase;
  bank: number;
  boot_id: number;
  product: string;
  name: string;
  version: string;
  build_id: string;
  board: string;
  slot_size: number;
  in_flash: number;
  verified: number;
  size: number;
  from: string;
  new: { name: string; version: string; build_id: string } | null;
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
