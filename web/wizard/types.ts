// types.ts - the description (docs/dashboard.md) and what the wizard's server says (API.md).
// SPDX-License-Identifier: Apache-2.0

export interface Attribute {
  type: string;
  [key: string]: unknown;
}

export interface Endpoint {
  type: string;
  attributes?: Record<string, Attribute>;
  [key: string]: unknown;
}

export interface Element {
  type: string;
  elements?: Element[];
  [key: string]: unknown;
}

export interface Panel {
  elements: Element[];
  [key: string]: unknown;
}

export interface Page {
  panels: Panel[];
  [key: string]: unknown;
}

export interface User {
  name: string;
  level: number;
}

export interface Description {
  brand: string;
  access?: { users: User[]; first_start?: string };
  api: Record<string, Endpoint>;
  toolbar?: Element[];
  pages: Page[];
  [key: string]: unknown;
}

export interface Address {
  ip: string;
  mask: string;
  gateway: string;
  dns?: string;
}

export interface Settings {
  name: string;
  product: string;
  version: string;
  board: string;
  address: 'dhcp' | Address;
  auth: { kind: string; user?: string; secret?: string };
  confirm: string;
  signatures: string;
  update_url?: string;
  update_interval?: number | string;
  modules: string[];
  [key: string]: unknown;
}

export interface Project {
  folder: string;
  name: string;
  preview: string;
  description: string;
  settings: Settings;
  files: Record<string, boolean>;
  digest: string; // which files on disk this was read from
  problem: { cause: string; remedy: string } | null;
  templates: { id: string; title: string; text: string }[];
  boards: string[];
  icons: Record<string, string>;
}

export interface Mistake {
  line?: number;
  column?: number;
  path: string;
  message: string;
  remedy?: string;
}

export interface EndpointCode {
  name: string;
  type: string;
  rest: { method: string; path: string; example?: string }[];
  struct?: string;
  register?: string;
  code?: string;
}

export interface Check {
  errors: Mistake[];
  page?: { bytes: number } | null;
  endpoints?: EndpointCode[];
}

/** What `flota ota --json` writes, one object per line. */
export interface SendEvent {
  event: string;
  device?: string;
  phase?: string;
  text?: string;
  percent?: number;
  bytes?: number;
  size?: number;
  outcome?: string;
  error?: { what?: string; why?: string; remedy?: string; running?: string };
}

export interface Sim {
  http?: string;
  board?: string;
}

export interface ServerEvent {
  job?: number;
  what?: string;
  line?: string;
  event?: SendEvent;
  start?: boolean;
  exit?: number;
  sim?: Sim | null;
  jobs?: { job: number; what: string }[];
  files?: string[]; // changed on disk by somebody else
}
