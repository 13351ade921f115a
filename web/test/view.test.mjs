// view.test.mjs - what a device's answer means to a person. SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load, status } from '../testing.mjs';

const { clock, confirmed, onTrial, outcome, rolledBack, stranded } = await load('view');
const OTHER = 'aaaabbbbccccdddd';
const trial = { remaining_ms: 60000, attempt: 1, kind: 'update', policy: 'automatic' };
const report = { build_id: OTHER, reason: 'it hung', attempts: 3, cause: 'watchdog', fault: null };

test('the time left in minutes and seconds', () => {
  const cases = { 0: '0:00', 1: '0:01', 59000: '0:59', 59001: '1:00', 300000: '5:00' };
  for (const [ms, text] of Object.entries(cases)) assert.equal(clock(Number(ms)), text);
});

test('a trial says what it waits for', () => {
  const automatic = onTrial(status({ trial }));
  assert.equal(automatic.title, 'On trial, not final: project1 1.0.0');
  assert.match(automatic.text, /confirms itself .* rolled back in$/);
  assert.equal(automatic.more, 'update, boot 1');
  const again = { ...trial, policy: 'explicit', kind: 'revert', attempt: 2 };
  const explicit = onTrial(status({ trial: again }));
  assert.match(explicit.text, /^Confirm it .* rolled back in$/);
  assert.match(explicit.more, /revert, boot 2$/);
});

test('a rollback says why, how often, the last reset, and where it failed', () => {
  const fault = { what: 'BusFault', pc: '0x08001234', lr: '0x08001199', milestone: 2 };
  const { kind, title, text, more } = rolledBack({ ...report, fault }, status());
  assert.equal(kind, 'bad');
  assert.equal(title, 'Rolled back because it hung');
  assert.equal(text, 'project1 1.0.0 runs again.');
  assert.equal(
    more,
    `Build ${OTHER} was started 3 times; the last reset: watchdog.\n` +
      'BusFault at 0x08001234, called from 0x08001199, after milestone 2.',
  );
  const unknown = rolledBack({ ...report, attempts: 1, reason: 'reason unknown' }, status());
  assert.equal(unknown.title, 'Rolled back, reason unknown');
  assert.match(unknown.more, /started 1 time;/);
  assert.doesNotMatch(unknown.more, /called from/);
});

test('stranded is loud and says what to do', () => {
  const { kind, title, text } = stranded('the other image is damaged');
  assert.equal(kind, 'loud');
  assert.match(title, /^Stranded/);
  assert.match(text, /because the other image is damaged\. Upload .*confirm/);
});

test('after a restart: one true word, or none while it is open', () => {
  const before = status();
  const next = { build_id: OTHER, version: '2.0.0', boot_id: 8 };
  // [what, before, after, an update was in progress, what it was to run, title]
  const cases = [
    ['restarted', before, status({ boot_id: 8 }), false, null, 'Restarted'],
    ['on trial', before, status({ ...next, running: 'trial', trial }), true, next, undefined],
    ['stranded', before, status({ ...next, running: 'stranded' }), true, next, undefined],
    ['confirmed already', before, status(next), true, next, 'Confirmed: project1 2.0.0'],
    ['confirmed, unexpected', before, status(next), false, null, 'Confirmed: project1 2.0.0'],
    [
      'no records',
      before,
      status({ ...next, running: 'unrecorded' }),
      true,
      null,
      'Updated from 1.0.0',
    ],
    ['too early', before, status({ boot_id: 8 }), true, next, 'The update did not take effect'],
    ['too early, unknown', before, status({ boot_id: 8 }), true, null, /did not take effect/],
    ['another build', before, status(next), true, { build_id: 'x' }, /did not take effect/],
    ['rolled back', before, status({ rolled_back: report }), true, next, undefined],
    ['rolled back, as seen', status(next), status({ rolled_back: report }), false, null, undefined],
    [
      'an old rollback is no news',
      status({ rolled_back: report }),
      status({ rolled_back: report, boot_id: 8 }),
      false,
      null,
      'Restarted',
    ],
  ];
  for (const [what, from, to, updating, expected, title] of cases) {
    const notice = outcome(from, to, updating, expected);
    if (title instanceof RegExp) assert.match(notice?.title ?? '', title, what);
    else assert.equal(notice?.title, title, what);
    assert.equal(notice?.kind, notice && (/not/.test(notice.title) ? 'bad' : 'good'), what);
  }
});

test('"confirmed" is said at the end of a trial, and at no other time', () => {
  const on = (running) => status({ running });
  assert.equal(confirmed(on('trial'), on('confirmed')).title, 'Confirmed: project1 1.0.0');
  assert.match(confirmed(on('stranded'), on('confirmed')).title, /^Confirmed: /);
  assert.match(confirmed(on('trial'), on('confirmed')).more, /build 5f0c/);
  // The records of the running firmware are completed before an update: no news.
  assert.equal(confirmed(on('unrecorded'), on('confirmed')), undefined);
  assert.equal(confirmed(on('confirmed'), on('confirmed')), undefined);
  assert.equal(confirmed(on('trial'), on('trial')), undefined);
  assert.equal(confirmed(status({ running: 'trial', build_id: OTHER }), on('confirmed')), undefined);
});
