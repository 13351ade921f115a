// view.ts - what the device's answer means to a person: functions of it, without the page.
// SPDX-License-Identifier: Apache-2.0
import type { Firmware, Phase, RolledBack, Status } from './types';

export const ACTIVE: Phase[] = ['checking', 'receiving', 'verifying', 'restarting'];
export const PHASES: Phase[] = [...ACTIVE, 'trial', 'confirmed'];

export interface Notice {
  kind: 'good' | 'bad' | 'loud' | 'wait';
  title: string;
  text: string;
  more?: string; // for who wants to know
}

const build = ({ version, build_id }: Firmware) => `${version} (build ${build_id})`;
export const stillRuns = (status: Status) => `${status.name} ${build(status)} still runs.`;

/** Minutes and seconds. */
export const clock = (ms: number) => {
  const seconds = Math.ceil(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
};

/** Ends where the time left belongs. */
export function onTrial(status: Status): Notice {
  const { policy, attempt, kind } = status.trial!;
  const how =
    policy === 'automatic'
      ? 'It confirms itself when its self-test holds'
      : 'Confirm it when it works as it should';
  return {
    kind: 'wait',
    title: `On trial, not final: ${status.name} ${status.version}`,
    text: `${how}; else it is rolled back in`,
    more: `${kind}, boot ${attempt}`,
  };
}

export function rolledBack(
  { build_id, reason, attempts, cause, fault }: RolledBack,
  status: Status,
): Notice {
  const lines = [
    `Build ${build_id} was started ${attempts} time${attempts === 1 ? '' : 's'}; the last reset: ${cause}.`,
  ];
  if (fault)
    lines.push(
      `${fault.what} at ${fault.pc}, called from ${fault.lr}, after milestone ${fault.milestone}.`,
    );
  const because = /^reason/.test(reason) ? ',' : ' because'; // "reason unknown"
  return {
    kind: 'bad',
    title: `Rolled back${because} ${reason}`,
    text: `${status.name} ${status.version} runs again.`,
    more: lines.join('\n'),
  };
}

export const stranded = (why: string): Notice => ({
  kind: 'loud',
  title: 'Stranded: the firmware failed, and there is no way back',
  text: `It runs on because ${why}. Upload firmware that works, or confirm this one.`,
});

/** Was something rolled back between these two? */
export const rolledBackNow = (before: Status, { rolled_back }: Status): boolean =>
  !!rolled_back && rolled_back.build_id !== before.rolled_back?.build_id;

const final = ({ name, version, build_id }: Status): Notice => ({
  kind: 'good',
  title: `Confirmed: ${name} ${version}`,
  text: 'It is final, and runs from now on.',
  more: `build ${build_id}`,
});

/** After a restart: what became of it, once that is certain. Trial, rollback and stranded show by
 * themselves. expected: what the update was to run; updating: there was one. */
export function outcome(
  before: Status,
  status: Status,
  updating: boolean,
  expected?: { build_id?: string } | null,
): Notice | undefined {
  const { running } = status;
  const changed = status.build_id !== before.build_id;
  const good = !updating || (expected?.build_id ? status.build_id === expected.build_id : changed);
  if (rolledBackNow(before, status)) return;
  if (!good)
    return {
      kind: 'bad',
      title: 'The update did not take effect',
      text: `The device restarted too early. ${stillRuns(status)} Upload it again.`,
    };
  if (running === 'trial' || running === 'stranded') return;
  if (changed && running === 'confirmed') return final(status);
  const title = changed ? `Updated from ${before.version}` : 'Restarted';
  return { kind: 'good', title, text: `running ${build(status)}` };
}

/** Without a restart: has the trial ended well? */
export const confirmed = (before: Status, status: Status): Notice | undefined =>
  before.build_id === status.build_id &&
  /^trial|stranded/.test(before.running) &&
  status.running === 'confirmed'
    ? final(status)
    : undefined;
