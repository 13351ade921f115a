// jobs.ts - generate, build, the virtual board, sending: started here, told by the server's events.
// SPDX-License-Identifier: Apache-2.0
import { abandoned, advance, type Device, waiting } from './send';
import * as server from './server';
import {
  complain,
  draw,
  filesChanged,
  isUnsaved,
  notify,
  onSaved,
  save,
  say,
  state,
} from './store';
import type { ServerEvent, Sim } from './types';

const LINES_MAX = 2000;
const NAMES: Record<string, string> = {
  save: 'Save',
  generate: 'Generate',
  build: 'Build',
  sim: 'Virtual board',
  send: 'Send',
};

export interface Job {
  id: number;
  what: string;
  exit?: number;
}

export const jobs = {
  list: [] as Job[],
  lines: [] as { what: string; text: string }[],
  sim: null as Sim | null,
  devices: [] as Device[],
  tab: 'Log',
};

export const jobName = (what: string): string => NAMES[what] ?? what;
export const isRunning = (what: string): boolean =>
  jobs.list.some((it) => it.what === what && it.exit === undefined);

/** Nothing was started yet: the log needs no room. */
export const isIdle = (): boolean => jobs.tab === 'Log' && !jobs.lines.length && !jobs.sim;

function jobOf(id: number, what: string): Job {
  let job = jobs.list.find((it) => it.id === id);
  if (!job) jobs.list.push((job = { id, what }));
  return job;
}

function log(what: string, text: string): void {
  jobs.lines.push({ what, text });
  if (jobs.lines.length > LINES_MAX) jobs.lines.splice(0, jobs.lines.length - LINES_MAX);
}

onSaved((written) => log('save', written.join(', ')));

function ended(job: Job, exit: number): void {
  job.exit = exit;
  const name = jobName(job.what);
  if (job.what === 'send') jobs.devices = abandoned(jobs.devices, exit);
  if (job.what === 'send') return say('Sending has ended.');
  if (exit === 130 || (exit === 0 && job.what === 'sim')) say(`${name} has ended.`);
  else if (exit === 0) say(`${name}: done.`);
  else notify({ kind: 'bad', text: `${name} failed, exit ${exit}.`, more: 'The log says why.' });
}

/** What runs, on a new connection: of what ended meanwhile nobody tells the exit. */
function running(present: { job: number; what: string }[]): void {
  const isPresent = (it: Job) => present.some(({ job }) => job === it.id);
  jobs.list = jobs.list.filter((it) => it.exit !== undefined || isPresent(it));
  present.forEach((it) => jobOf(it.job, it.what));
}

export function take(event: ServerEvent): void {
  if ('sim' in event) jobs.sim = event.sim ?? null;
  if (event.files) filesChanged(event.files);
  if (event.jobs) running(event.jobs);
  if (event.job !== undefined && event.what) {
    const job = jobOf(event.job, event.what);
    if (event.line !== undefined) log(event.what, event.line);
    if (event.event) jobs.devices = advance(jobs.devices, event.event);
    if (event.exit !== undefined) ended(job, event.exit);
  }
  draw();
}

async function run(what: string, more?: object): Promise<void> {
  try {
    const { job } = await server.run(what, more);
    jobOf(job, what === 'try' ? 'build' : what); // the virtual board is a job of its own, after the build
    draw();
  } catch (error) {
    complain(error);
  }
}

/** What is seen is what is built: unsaved changes are saved first. */
export async function start(what: 'generate' | 'build' | 'try'): Promise<void> {
  jobs.tab = 'Log';
  if (isUnsaved() && !(await save())) return;
  await run(what);
}

export async function stop(what: string): Promise<void> {
  const job = jobs.list.find((it) => it.what === what && it.exit === undefined);
  try {
    await server.run('stop', job && { job: job.id });
  } catch (error) {
    complain(error);
  }
}

export async function sendTo(addresses: string[], creds: string): Promise<void> {
  jobs.tab = 'Devices';
  jobs.devices = addresses.map(waiting);
  draw();
  await run('send', { ports: addresses, ...(creds ? { creds } : {}) });
}

export const listen = () =>
  server.listen(take, (isOnline) => {
    state.isOnline = isOnline;
    draw();
  });
