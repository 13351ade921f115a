// server.ts - requests to `flota wizard` (API.md). Paths are relative: the token is the first part of the page's own.
// SPDX-License-Identifier: Apache-2.0
import type { Check, Project, ServerEvent, Settings } from './types';

/** What went wrong, and what to do, in words. */
export class Refused extends Error {
  constructor(
    cause: string,
    readonly remedy: string = '',
    readonly status: number = 0,
    readonly changed: string[] = [],
  ) {
    super(cause);
  }
}

async function request(path: string, body?: BodyInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(`api/${path}`, body === undefined ? {} : { method: 'POST', body });
  } catch {
    throw new Refused(
      'The wizard\u2019s server does not answer.',
      'Does "flota wizard" still run in its terminal?',
    );
  }
  if (response.ok) return response;
  const { error, changed } = await response.json().catch(() => ({ error: undefined, changed: [] }));
  const cause = error?.cause ?? `The server answered ${response.status}.`;
  throw new Refused(cause, error?.remedy, response.status, changed);
}

const ask = async <T>(path: string, body?: BodyInit): Promise<T> =>
  (await request(path, body)).json();

export const readProject = () => ask<Project>('project');
export const check = (text: string) => ask<Check>('check', text);
export const readTemplate = (id: string) =>
  ask<{ description: string; settings?: Settings }>('template', JSON.stringify({ id }));
export const save = (description: string, settings: Settings, digest: string, overwrite: boolean) =>
  ask<{ written: string[]; digest: string }>(
    'save',
    JSON.stringify({ description, settings, digest, overwrite }),
  );
export const previewAs = (who: { user: string | null } | { level: number }) =>
  ask('preview', JSON.stringify(who));
export const run = (what: string, more: object = {}) =>
  ask<{ job: number }>('run', JSON.stringify({ what, ...more }));
export const exportZip = async () => (await request('export', '')).blob();

/** Live events, until the page is left; EventSource comes back by itself. */
export function listen(
  take: (event: ServerEvent) => void,
  connected: (isOn: boolean) => void,
): void {
  const source = new EventSource('api/events');
  source.onmessage = ({ data }) => take(JSON.parse(data));
  source.onopen = () => connected(true);
  source.onerror = () => connected(false);
}
