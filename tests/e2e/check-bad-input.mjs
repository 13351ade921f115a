// check-bad-input.mjs - wrong files and hostile requests against the real firmware on the virtual board.
//
// What the head of a request or the first 1280 bytes of a file show is refused with its own words and without one
// erase. What shows later fails, leaves the running firmware and the option bytes as they were, and the next
// good upload succeeds. SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Board, Checks, firmware, run, testFirmware, until } from './board.mjs';
import { consoleLines } from './updates.mjs';
import { linkedFor, png, withField } from './images.mjs';

const REQUESTS = Number(process.env.MUTATED_REQUESTS ?? 1000);
const build = new URL('../../build/', import.meta.url).pathname;
const IMAGE_SECTORS = 7 * 128 * 1024; // the journal behind them says what happens
const checks = new Checks('bad-input');
const project1 = readFileSync(firmware('project1'));
const project2 = readFileSync(firmware('project2'));

/** Has the whole of a reply arrived? */
function isWhole(reply) {
  const at = reply.indexOf('\r\n\r\n');
  const length = /\r\nContent-Length: (\d+)\r\n/.exec(reply.slice(0, at + 2));
  return at >= 0 && length !== null && reply.length - at - 4 >= Number(length[1]);
}

/** Send bytes over a socket of our own; resolves with the whole reply, or what came until the peer closed. */
function exchange(port, pieces) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let reply = '';
    socket.setTimeout(60000, () => socket.destroy(new Error('no answer for 60 s')));
    socket.on('connect', () => pieces.forEach((piece) => socket.write(piece)));
    socket.on('data', (data) => {
      reply += data.toString('latin1');
      if (isWhole(reply)) socket.destroy();
    });
    socket.on('error', (error) => (reply ? resolve(reply) : reject(error)));
    socket.on('close', () => resolve(reply));
  });
}

const post = (headers, target = '/update') => `POST ${target} HTTP/1.1\r\nHost: device\r\n${headers}\r\n`;
const statusOf = (reply) => Number(/^HTTP\/1\.1 (\d{3})/.exec(reply)?.[1] ?? 0);

/** What must not change: the executing bank, the option bytes, and that nothing restarted. */
async function untouched(board) {
  const view = await board.view();
  const bank = await (await fetch(`${board.page}/api/flash?bank=${view.bank}`)).arrayBuffer();
  return { view, state: JSON.stringify([view.bank, view.option_status, view.flash.option_changes, view.resets,
    createHash('sha256').update(Buffer.from(bank).subarray(0, IMAGE_SECTORS)).digest('hex')]) };
}

const written = ({ flash }) => `${flash.erases} erases, ${flash.programs} words`;

function file(board, name, bytes) {
  const path = join(board.folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** Refused at once: 4xx, words of its own, no erase and no word written, in the journals neither. */
async function refusedEarly(board, name, words, send) {
  const before = await untouched(board);
  const { status, text } = await send();
  const after = await untouched(board);
  const said = status >= 400 && status < 500 && words.test(text) && text.length > 40;
  checks.check(`${name}: ${status}, with cause and remedy`, said, `${status} ${text}`);
  checks.equal(`${name}: no erase, no word written`, written(after.view), written(before.view));
  checks.check(`${name}: nothing touched`, after.state === before.state);
}

async function early(board) {
  const upload = (name, bytes, query = '') => () =>
    board.curl('--data-binary', `@${file(board, name, bytes)}`, `${board.device}/update${query}`);
  const form = (name, bytes) => () => board.curl('-F', `file=@${file(board, name, bytes)}`, `${board.device}/update`);
  const raw = (...pieces) => async () => {
    const reply = await exchange(board.port, pieces);
    return { status: statusOf(reply), text: reply.split('\r\n\r\n')[1] ?? '' };
  };
  const badVectors = Buffer.from(project2);
  badVectors.writeUInt32LE(0x12345678, 4);
  const damaged = Buffer.from(project2);
  damaged[0x410] ^= 1;
  const noInfo = Buffer.from(project2);
  noInfo.fill(0, 0x400, 0x500);
  const cases = [
    ['empty file', /empty/, upload('empty.bin', Buffer.alloc(0))],
    ['empty file in a form', /empty/, form('empty.bin', Buffer.alloc(0))],
    ['short text', /ends before|vector table/, upload('text.txt', 'Hello, this is no firmware.\n')],
    ['long text', /vector table/, upload('long.txt', 'All work and no play. '.repeat(4000))],
    ['picture', /vector table/, upload('picture.png', png)],
    ['picture in a form', /vector table/, form('picture.png', png)],
    ['another board', /another board/, upload('board.bin', withField(project2, 'board', 'nucleo-h743zi'))],
    ['another product', /another product/, upload('product.bin', withField(project2, 'product', 'kettle'))],
    ['another link address', /another flash address/, upload('link.bin', linkedFor(project2, 0x08020000))],
    ['bad vector table', /vector table/, upload('vectors.bin', badVectors)],
    ['damaged block', /block/, upload('damaged.bin', damaged)],
    ['no block, no consent', /foreign=1/, upload('foreign.bin', noInfo)],
    ['older version', /older version/, upload('old.bin', withField(project2, 'version', '0.9.0'))],
    ['too large', /917504/, upload('large.bin', Buffer.concat([project2, Buffer.alloc(917505 - project2.length)]))],
    ['too large in a form', /917504/, form('large.bin', withField(project2, 'image_size', 917505))],
    ['shorter than it says', /size/, upload('cut.bin', project2.subarray(0, project2.length - 100))],
    ['longer than it says', /size/, upload('joined.bin', Buffer.concat([project2, Buffer.alloc(100)]))],
    ['a form without a file', /file/, () => board.curl('-F', 'note=hello', `${board.device}/update`)],
    ['both lengths', /both a Content-Length and a Transfer-Encoding/, raw(post('Content-Length: 5\r\nTransfer-Encoding: chunked\r\n'), '0\r\n\r\n')],
    ['two lengths', /Content-Length/, raw(post('Content-Length: 5\r\nContent-Length: 6\r\n'), 'hello')],
    ['headers too long', /2048|headers/, raw(post(`X-Long: ${'a'.repeat(8000)}\r\n`))],
    ['another site\'s page', /another site/, upload('origin.bin', project2)],
  ];
  for (const [name, words, send] of cases) {
    if (name === 'another site\'s page') {
      await refusedEarly(board, name, words, () => board.curl('-H', 'Origin: http://evil.example',
        '--data-binary', `@${file(board, 'origin.bin', project2)}`, `${board.device}/update`));
    } else await refusedEarly(board, name, words, send);
  }
}

/** A correct upload must succeed after whatever happened. */
async function goodUpload(board, name) {
  const before = await board.status();
  const [image, next, version] = before.name === 'project1'
    ? ['project2', 'project2', '2.0.0'] : ['project1', 'project1', '1.0.0'];
  const reply = await board.curl('-F', `file=@${firmware(image)}`, `${board.device}/update?downgrade=1`);
  const after = reply.status === 200 && (await board.waitFor(next, version, before));
  checks.check(`${name}: a correct upload then succeeds`, after && after.bank !== before.bank, `${reply.status} ${reply.text}`);
}

/** Fails after the first erase: no restart, the running bank and the option bytes bit for bit the same. */
async function failsLate(board, name, send, { erases = true } = {}) {
  const before = await untouched(board);
  await send();
  await until(`${name}: the update has ended`, async () => ['idle', 'failed'].includes((await board.status()).phase), 90);
  const after = await untouched(board);
  checks.check(`${name}: running bank, option bytes and uptime untouched`, after.state === before.state,
    `${before.state} -> ${after.state}`);
  const erased = after.view.flash.erases > before.view.flash.erases;
  if (erases !== null) checks.equal(`${name}: it had erased or not`, erased, erases);
  await goodUpload(board, name);
}

async function late(board) {
  const newest = () => (withField(project2, 'version', '9.0.0')); // its digest no longer holds
  const size = project2.length;
  const dropAt = (share) => () => new Promise((resolve) => {
    const socket = connect(board.port, '127.0.0.1');
    const end = Math.floor(size * share);
    socket.on('error', resolve);
    socket.on('close', resolve);
    socket.write(post(`Content-Length: ${size}\r\n`, '/update?downgrade=1'));
    socket.write(project2.subarray(0, end));
    until('the device took what was sent', async () => (await board.status()).received >= end, 60)
      .then(() => socket.resetAndDestroy(), () => socket.destroy());
  });
  const liveClient = (name, words, ...pieces) => async () => {
    const reply = await exchange(board.port, pieces);
    checks.check(`${name}: ${statusOf(reply)}, says why`, statusOf(reply) >= 400 && statusOf(reply) < 500 && words.test(reply), reply);
  };

  await failsLate(board, 'damaged in the middle', async () => {
    const reply = await board.curl('--data-binary', `@${file(board, 'bad.bin', newest())}`, `${board.device}/update`);
    checks.check('damaged in the middle: 4xx, says why', reply.status >= 400 && reply.status < 500 && /SHA-256/.test(reply.text),
      `${reply.status} ${reply.text}`);
  });
  const half = project2.subarray(0, Math.floor(size / 2));
  await failsLate(board, 'chunked, truncated', liveClient('chunked, truncated', /size|ended/,
    post('Transfer-Encoding: chunked\r\n', '/update?downgrade=1'),
    `${half.length.toString(16)}\r\n`, half, '\r\n0\r\n\r\n'));
  const over = Buffer.concat([project2, Buffer.alloc(70000, 1)]);
  await failsLate(board, 'chunked, longer than it says', liveClient('chunked, longer than it says', /size/,
    post('Transfer-Encoding: chunked\r\n', '/update?downgrade=1'), `${over.length.toString(16)}\r\n`, over, '\r\n0\r\n\r\n'));
  await failsLate(board, 'connection dropped before the block was whole', dropAt(0.005), { erases: false });
  await failsLate(board, 'connection dropped at 1 %', dropAt(0.01), { erases: null }); // it may or may not have begun
  for (const share of [0.5, 0.99]) await failsLate(board, `connection dropped at ${share * 100} %`, dropAt(share));

  await failsLate(board, 'two at once', async () => {
    const socket = connect(board.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(post(`Content-Length: ${size}\r\n`, '/update?downgrade=1'));
    socket.write(half);
    await until('the first is receiving', async () => (await board.status()).phase === 'receiving');
    const second = await board.curl('--data-binary', `@${firmware('project2')}`, `${board.device}/update?downgrade=1`);
    checks.equal('two at once: the second gets 409', second.status, 409);
    checks.check('two at once: it learns who and how far', /\d+\.\d+\.\d+\.\d+/.test(second.text) && /\b\d+ %/.test(second.text), second.text);
    socket.resetAndDestroy();
  });
  await failsLate(board, 'a client that stalls for ever', async () => {
    const stalled = exchange(board.port, [post(`Content-Length: ${size}\r\n`, '/update?downgrade=1'), half]);
    const reply = await stalled;
    checks.equal('a client that stalls for ever: 408', statusOf(reply), 408);
  });
}

/** Chips and option bytes on which a swap is not safe: the console says why, and nothing is erased. */
async function refusedBoards() {
  const cases = [
    ['BCM4 = 1', ['--option-bytes', 'factory'], /BCM4 = 0/, /set BCM4 = 0/],
    ['revision Y', ['--idcode', '0x10036450'], /revision/, /STM32H74x\/75x revision Y/],
    ['another family', ['--idcode', '0x20036483'], /revision/, /STM32H72x\/73x/],
  ];
  for (const [name, args, words, line] of cases) {
    const refused = await Board.start({ image: firmware('project1'), args });
    try {
      const before = written(await refused.view());
      const reply = await refused.curl('--data-binary', `@${firmware('project2')}`, `${refused.device}/update`);
      checks.check(`${name}: refused, with cause and remedy`, reply.status >= 400 && words.test(reply.text),
        `${reply.status} ${reply.text}`);
      checks.equal(`${name}: no erase, no word written`, written(await refused.view()), before);
      checks.check(`${name}: the console names it`, (await consoleLines(refused)).some(({ text }) => line.test(text)));
    } finally {
      await refused.stop();
    }
  }
}

async function credentials() {
  const board = await Board.start({ image: testFirmware('token') });
  try {
    const upload = (...args) => board.curl(...args, '--data-binary', `@${firmware('project2')}`, `${board.device}/update`);
    await refusedEarly(board, 'no credentials', /credentials/, () => upload());
    await refusedEarly(board, 'wrong token', /credentials/, () => upload('-H', 'Authorization: Bearer wrong'));
    await refusedEarly(board, 'basic instead of token', /credentials/, () => upload('-u', 'admin:token-of-the-test'));
    const before = await board.status();
    const good = await upload('-H', 'Authorization: Bearer token-of-the-test');
    checks.check('the right token: updated', good.status === 200 && (await board.waitFor('project2', '2.0.0', before)));
  } finally {
    await board.stop();
  }
}

const board = await Board.start({ image: firmware('project1') });
try {
  await goodUpload(board, 'both banks hold an image');
  await early(board);
  await late(board);
  const mutated = await run(join(build, 'host/ports/host/mutated_requests'), ['--count', String(REQUESTS), `127.0.0.1:${board.port}`],
    { timeout: 600000 });
  checks.check(`${REQUESTS} mutated requests: it answers the next good one`, mutated.code === 0, mutated.stdout + mutated.stderr);
  await goodUpload(board, 'after the mutated requests');
  await refusedBoards();
  await credentials();
} catch (error) {
  checks.check('no exception', false, error.stack + '\n' + board.output);
} finally {
  await board.stop();
}
process.exit(checks.end() ? 0 : 1);
