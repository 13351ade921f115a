// send.ts - what is known of each device while an update is sent: from `flota ota --json`. Pure.
// SPDX-License-Identifier: Apache-2.0
import type { SendEvent } from './types';

export const PHASES = ['checking', 'receiving', 'verifying', 'restarting', 'trial', 'confirmed'];

export interface Device {
  address: string;
  phase: string;
  reached: string; // the last of PHASES that it was in
  percent: number;
  text: string; // what it said last
  verdict: string; // how it ended, in words
  kind: '' | 'good' | 'bad' | 'wait';
}

/** One address per line; http:// may be left out. */
export function readAddresses(text: string): string[] {
  const lines = text
    .split(/[\n,;]/)
    .map((it) => it.trim())
    .filter(Boolean);
  const addresses = lines.map((it) => (/^[a-z][a-z0-9+.-]*:\/\//.test(it) ? it : `http://${it}`));
  return [...new Set(addresses.map((it) => it.replace(/\/+$/, '')))];
}

export const waiting = (address: string): Device => ({
  address,
  phase: 'waiting',
  reached: '',
  percent: 0,
  text: '',
  verdict: '',
  kind: '',
});

const isOf = (device: Device, label: string | undefined): boolean =>
  label === undefined ||
  device.address === label ||
  device.address.replace(/^\w+:\/\//, '') === label;

function ended(device: Device, event: SendEvent): Device {
  const { outcome = 'failed', error, text = '' } = event;
  const why = [error?.what, error?.why].filter(Boolean).join(': ') || text;
  const after = {
    ...device,
    phase: outcome,
    text: [error?.remedy, error?.running].filter(Boolean).join(' '),
  };
  if (outcome === 'confirmed')
    return {
      ...after,
      percent: 100,
      verdict: ['confirmed', text].filter(Boolean).join(': '),
      kind: 'good',
    };
  if (outcome === 'done')
    return {
      ...after,
      verdict: ['sent, without a verdict', text].filter(Boolean).join(': '),
      kind: 'wait',
    };
  if (outcome === 'rolled-back')
    return {
      ...after,
      verdict: `rolled back because ${error?.why || why || 'of an unknown reason'}`,
      kind: 'bad',
    };
  return { ...after, verdict: `failed: ${why || 'no reason given'}`, kind: 'bad' };
}

function advanced(device: Device, event: SendEvent): Device {
  if (event.event === 'phase') {
    const percent = PHASES.indexOf(event.phase!) > 1 ? 100 : device.percent;
    const reached = PHASES.includes(event.phase!) ? event.phase! : device.reached;
    return { ...device, phase: event.phase!, reached, percent, text: event.text ?? '' };
  }
  if (event.event === 'progress') return { ...device, percent: event.percent ?? device.percent };
  if (event.event === 'note' || event.event === 'log') return { ...device, text: event.text ?? '' };
  return event.event === 'result' ? ended(device, event) : device;
}

/** The devices after an event of one of them. */
export const advance = (devices: Device[], event: SendEvent): Device[] =>
  event.event === 'summary'
    ? devices
    : devices.map((it) =>
        isOf(it, devices.length > 1 ? event.device : undefined) ? advanced(it, event) : it,
      );

/** The job ended: who has no verdict by now never gets one. */
export const abandoned = (devices: Device[], exit: number): Device[] =>
  devices.map((it) =>
    it.verdict
      ? it
      : {
          ...it,
          phase: 'failed',
          verdict: `ended without a verdict (exit ${exit}), see the log`,
          kind: 'bad',
        },
  );
