// update.test.mjs - one update as the page leads it: what it sends, and what it makes of the answers.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf, entry, file, image, load, status } from '../testing.mjs';

const settle = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
const error = (name) => ({ name, code: -1, cause: `cause of ${name}`, remedy: 'none' });

/** The page's modules against a device that the test plays. */
class Player {
  posts = [];
  reloads = 0;
  kept = null;
  asked = '';

  static async start(changes, kept = null) {
    const player = new Player();
    player.kept = kept;
    globalThis.fetch = (path, request) => player.sent(path, request);
    globalThis.location = { reload: () => player.reloads++ };
    globalThis.history = {
      get state() {
        return player.kept;
      },
      replaceState: (state) => (player.kept = structuredClone(state)),
    };
    globalThis.confirm = (question) => (player.asked = question);
    globalThis.addEventListener = () => {};
    Object.assign(player, await load('device', 'update'));
    player.says(changes);
    return player;
  }

  sent(path, { method, body, headers, signal }) {
    return new Promise((resolve, reject) => {
      const answers = (code, json) => resolve({ status: code, json: async () => json });
      const breaks = () => reject(new TypeError('network'));
      signal.addEventListener('abort', breaks);
      this.posts.push({ signal, method, path, body, range: headers['Content-Range'], answers, breaks });
    });
  }

  /** The device's next answer to the page's asking. */
  says(changes) {
    const before = this.state.status;
    this.state.status = status(changes);
    this.follow(before, this.state.status);
    return settle();
  }

  get last() {
    return this.posts.at(-1);
  }

  async begins(bytes) {
    await this.pick(file(bytes));
    this.begin();
    await settle();
  }

  async receives(in_flash, size) {
    await this.says({ phase: 'receiving', in_flash, size });
  }

  async loses(offset, bytes, digest = digestOf(bytes)) {
    this.last.breaks();
    await settle();
    const resume = { offset, size: bytes.length, digest };
    await this.says({ phase: 'failed', error: error('TRANSFER_LOST'), resume });
  }
}

test('an update that goes well: sent whole, then the page of the new firmware', async () => {
  const player = await Player.start();
  const bytes = image();
  await player.begins(bytes);
  assert.equal(player.last.path, '/api/firmware_update?');
  assert.equal(player.last.range, undefined);
  assert.equal(player.last.body.size, bytes.length);
  await player.receives(4096, bytes.length);
  assert.equal(player.state.phase, 'receiving');
  player.last.answers(200, {});
  await settle();
  assert.equal(player.state.phase, 'restarting');
  const build_id = digestOf(bytes).slice(0, 16);
  const trial = { remaining_ms: 1, attempt: 1, kind: 'update', policy: 'automatic' };
  await player.says({ build_id, boot_id: 8, phase: 'trial', running: 'trial', trial });
  assert.equal(player.reloads, 1);
  assert.equal(player.state.phase, undefined);
  const [notice, before] = player.kept;
  assert.equal(notice, undefined, 'nothing is claimed while it is on trial');

  // The next page: it goes on from what the first one saw, however fast the trial ended.
  const next = await Player.start({ build_id, boot_id: 8 }, [notice, before]);
  assert.equal(next.state.notice.title.split(':')[0], 'Confirmed');
  assert.equal(next.kept, null);
});

test('a rollback while the page of the trial is open is not called an update', async () => {
  const trial = { remaining_ms: 1, attempt: 1, kind: 'update', policy: 'automatic' };
  const player = await Player.start({
    build_id: 'aa',
    phase: 'trial',
    running: 'trial',
    trial,
  });
  const rolled_back = { build_id: 'aa', reason: 'r', attempts: 3, cause: 'c', fault: null };
  await player.says({ boot_id: 8, phase: 'rolled-back', rolled_back });
  assert.equal(player.state.notice, undefined);
  assert.equal(player.reloads, 1);
});

test('a broken connection goes on where flash stands', async () => {
  const player = await Player.start();
  const bytes = image();
  await player.begins(bytes);
  await player.receives(8192, bytes.length);
  await player.loses(8192, bytes);
  assert.equal(player.posts.length, 2);
  assert.equal(player.last.range, `bytes 8192-${bytes.length - 1}/${bytes.length}`);
  assert.deepEqual(
    Buffer.from(await player.last.body.arrayBuffer()),
    Buffer.from(bytes.subarray(8192)),
  );
  assert.equal(player.state.resumed, 40);
  assert.equal(player.state.error, undefined);
});

test('so does a bundle whose manifest the page cannot read', async () => {
  const player = await Player.start();
  const bytes = entry('fw.bin', image()); // no manifest to see here
  await player.begins(bytes);
  await player.receives(4096, bytes.length);
  await player.loses(4096, bytes, 'of-its-image');
  assert.match(player.last.range, /^bytes 4096-/);

  // What broke before the first byte says nothing about what the device has kept.
  const other = await Player.start();
  await other.begins(bytes);
  await other.loses(4096, bytes, 'of-another-image');
  assert.equal(other.last.range, undefined);
});

test('a bundle that the device never named while it was sent: any other build is it', async () => {
  const parts = { cm7: { type: 'cm7', cs_sha256: 'aa' } };
  const text = JSON.stringify({ name: 'p', version: '2.0.0', build_id: '20260101/x', parts });
  const player = await Player.start();
  await player.begins(entry('manifest.json', Buffer.from(text)));
  player.last.answers(200, {});
  await settle();
  await player.says({ build_id: 'aaaabbbbccccdddd', boot_id: 8 });
  assert.equal(player.state.notice.title.split(':')[0], 'Confirmed');
});

test('a power cut in the middle: the same, after the restart', async () => {
  const player = await Player.start();
  const bytes = image();
  await player.begins(bytes);
  await player.receives(8192, bytes.length);
  const resume = { offset: 4096, size: bytes.length, digest: digestOf(bytes) };
  await player.says({ boot_id: 8, resume });
  assert.equal(player.posts.length, 2);
  assert.match(player.last.range, /^bytes 4096-/);
  assert.equal(player.state.notice, undefined);
  assert.equal(player.state.phase, 'checking');
  assert.ok(player.posts[0].signal.aborted);
  await player.says({ boot_id: 8, resume });
  assert.equal(player.posts.length, 2, 'the end of the first connection is no loss of the second');
});

test('the same file chosen again goes on; another one starts anew', async () => {
  const bytes = image();
  const resume = { offset: 8192, size: bytes.length, digest: digestOf(bytes) };
  const player = await Player.start({ resume });
  await player.pick(file(bytes));
  assert.equal(player.offset(), 8192);
  await player.begins(image({ name: 'other' }));
  assert.equal(player.last.range, undefined);
  assert.equal(player.state.resumed, 0);
});

test('what the device cannot go on with is sent from its start', async () => {
  for (const name of ['TRANSFER_GAP', 'TRANSFER_OTHER']) {
    const bytes = image();
    const resume = { offset: 8192, size: bytes.length, digest: digestOf(bytes) };
    const player = await Player.start({ resume });
    await player.begins(bytes);
    player.last.answers(409, { error: error(name) });
    await settle();
    assert.equal(player.posts.length, 2);
    assert.equal(player.last.range, undefined);
  }
});

test('it gives up after five tries without progress, and says why', async () => {
  const player = await Player.start();
  const bytes = image();
  await player.begins(bytes);
  for (const offset of [4096, 8192]) {
    await player.receives(offset, bytes.length);
    await player.loses(offset, bytes); // progress: tries begin anew
  }
  for (let i = 0; i < 5; i++) await player.loses(8192, bytes);
  assert.equal(player.posts.length, 7);
  assert.equal(player.state.phase, undefined);
  assert.equal(player.state.error.name, 'TRANSFER_LOST');
  assert.ok(player.state.picked, 'the file is still chosen');
  player.begin(); // a person tries again
  await player.loses(8192, bytes);
  assert.equal(player.posts.length, 9);
});

test('the device lost the connection for a reason of its own: no other try', async () => {
  const player = await Player.start();
  await player.begins(image());
  player.last.breaks();
  await settle();
  await player.says({ phase: 'failed', error: error('FLASH_VERIFY') });
  assert.equal(player.posts.length, 1);
  assert.equal(player.state.error.name, 'FLASH_VERIFY');
});

test('what fails after the upload was taken is shown', async () => {
  const player = await Player.start();
  await player.begins(image());
  player.last.answers(200, {});
  await settle();
  await player.says({ phase: 'failed', error: error('OPTION_BYTES') });
  assert.equal(player.state.error.name, 'OPTION_BYTES');
  assert.equal(player.state.phase, undefined);
});

test('busy with this very upload is a broken connection; busy before it is a refusal', async () => {
  const player = await Player.start();
  const bytes = image();
  await player.begins(bytes);
  player.last.answers(409, { error: error('UPDATE_BUSY') });
  await settle();
  assert.equal(player.state.error.name, 'UPDATE_BUSY');
  player.begin();
  await player.receives(4096, bytes.length);
  player.last.answers(409, { error: error('UPDATE_BUSY') });
  await settle();
  assert.equal(player.state.phase, 'receiving');
});

test('a refusal that asks for consent is asked; then the upload carries it', async () => {
  const cases = {
    IMAGE_REJECTED: 'force',
    IMAGE_OTHER_GUARD: 'guard',
    IMAGE_DOWNGRADE: 'downgrade',
    IMAGE_OTHER_PRODUCT: 'foreign',
  };
  for (const [name, consent] of Object.entries(cases)) {
    const player = await Player.start();
    await player.begins(image());
    player.last.answers(400, { error: error(name) });
    await settle();
    assert.equal(player.state.error.name, name);
    assert.deepEqual(player.state.picked.asks, { [consent]: `cause of ${name}.` });
    player.state.consents[consent] = true;
    player.begin();
    assert.equal(player.last.path, `/api/firmware_update?${consent}=1`);
    assert.equal(player.state.error, undefined);
  }
});

test('other refusals are shown as they are', async () => {
  for (const name of ['ON_TRIAL', 'SIGNATURE_WRONG', 'KEY_REVOKED', 'BUNDLE_BAD_CRC', 'MANIFEST_BAD']) {
    const player = await Player.start();
    await player.begins(image());
    player.last.answers(400, { error: error(name) });
    await settle();
    assert.equal(player.state.error.name, name);
    assert.deepEqual(player.state.picked.asks, {});
    assert.equal(player.state.phase, undefined);
  }
});

test('no file is taken while the firmware is on trial', async () => {
  const trial = { remaining_ms: 1, attempt: 1, kind: 'update', policy: 'explicit' };
  const player = await Player.start({ phase: 'trial', running: 'trial', trial });
  await player.pick(file(image()));
  assert.equal(player.state.picked, undefined);
});

test('cancel: also while the device does not answer', async () => {
  const player = await Player.start();
  await player.begins(image());
  player.last.breaks();
  await settle();
  player.cancel();
  assert.equal(player.last.path, '/api/firmware_update?cancel=1');
  player.last.breaks();
  await settle();
  assert.equal(player.state.phase, undefined);
  assert.equal(player.state.error.name, 'TRANSFER_CANCELLED');
});

test('confirm, seen: the answer is the new status; a refusal is shown', async () => {
  const trial = { remaining_ms: 1, attempt: 1, kind: 'update', policy: 'explicit' };
  const player = await Player.start({ running: 'trial', trial });
  const done = player.act('confirm');
  assert.equal(player.last.path, '/api/firmware_update?confirm=1');
  player.last.answers(409, { error: error('JOURNAL') });
  assert.equal(await done, false);
  assert.equal(player.state.notice.title, 'cause of JOURNAL');
  const seen = player.act('seen');
  player.last.answers(200, status({ version: '9.9.9' }));
  assert.equal(await seen, true);
  assert.equal(player.state.status.version, '9.9.9');
});

test('going back asks first, and is followed like an update', async () => {
  const revert = { name: 'project2', version: '2.0.0', build_id: 'bb' };
  const player = await Player.start({ revert });
  globalThis.confirm = (question) => void (player.asked = question); // no
  await player.revert();
  assert.equal(player.posts.length, 0);
  assert.match(player.asked, /Go back to project2 2\.0\.0\?/);
  globalThis.confirm = () => true;
  player.revert();
  assert.equal(player.last.path, '/api/firmware_update?revert=1');
  player.last.answers(200, { ok: true, message: 'Update applied, finalizing' });
  await settle();
  assert.equal(player.state.phase, 'restarting');
  assert.equal(player.state.status.version, '1.0.0', 'the answer is no status');
  await player.says({ boot_id: 8 }); // the same build again
  assert.equal(player.state.notice.title, 'The update did not take effect');
});

test('going back after an upload that failed is not measured by that upload', async () => {
  const revert = { name: 'project2', version: '2.0.0', build_id: 'bb' };
  const player = await Player.start({ revert });
  globalThis.confirm = () => true;
  await player.begins(image({ name: 'other' }));
  player.last.answers(400, { error: error('SIGNATURE_WRONG') });
  await settle();
  player.revert();
  player.last.answers(200, { ok: true, message: 'Update applied, finalizing' });
  await settle();
  await player.says({ ...revert, boot_id: 8 });
  assert.equal(player.state.notice.title.split(':')[0], 'Confirmed');
});
