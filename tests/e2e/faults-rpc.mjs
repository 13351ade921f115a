// faults-rpc.mjs - clients that vanish in the middle of an update, repeat what they overheard, guess passwords, or come
// in crowds. SPDX-License-Identifier: Apache-2.0
import { connect } from 'node:net';
import { readFileSync } from 'node:fs';
import { until } from './board.mjs';
import { callOnce, digestRequest, open } from './faults-clients.mjs';
import { Broker, Device, ways } from './ways.mjs';

const TAKEOVER_S = 20; // after the last call of a client that has vanished
const WRONG_MAX = 5; // wrong answers in a row before the first pause

/** Seconds of the board's own clock: a busy machine lags behind the wall's. */
async function clock(device) {
  return (await (await fetch(`http://127.0.0.1:${device.page}/api/board`)).json()).time_s;
}

const told = (reply) => JSON.stringify(reply.error ?? reply.result);
const isPing = (reply) => typeof reply.result?.channel_info === 'string';

/** Its whole update through one client: Begin, Write, ..., End. */
async function push(client, image) {
  const begin = await client.call('OTA.Begin', { size: image.length, downgrade: true });
  const size = begin.result?.max_chunk ?? 0;
  for (let offset = 0; size > 0 && offset < image.length; offset += size) {
    const { error } = await client.call('OTA.Write', { offset, data: image.subarray(offset, offset + size).toString('base64') });
    if (error) return { error };
  }
  return client.call('OTA.End');
}

/** On each way in turn: Begin, a part, gone. The next is told who is at work, and may begin when 20 s have passed. */
export async function vanishing(checks, chain) {
  const broker = await Broker.start();
  const device = await Device.start('board', { broker: chain.includes('mqtt') ? broker : undefined });
  const image = readFileSync(device.firmware('ways2'));
  const params = { size: image.length, downgrade: true };
  let last, gone;
  for (const way of [...chain, 'finish']) {
    const client = await open(device, way === 'finish' ? chain[0] : way);
    if (last) {
      const busy = await client.call('OTA.Begin', params);
      checks.check(`vanished: ${last} client: ${way}: told that it is at work`, busy.error?.code === 429 &&
        /Another update is in progress/.test(busy.error.message), told(busy));
      const free = await until('the next may begin', async () => {
        const reply = await client.call('OTA.Begin', params);
        return reply.result && reply;
      }, 2 * TAKEOVER_S).catch((error) => ({ error: error.message }));
      const passed_s = await clock(device) - gone;
      checks.check(`vanished: ${last} client: ${way}: begins within ${TAKEOVER_S} s`, free.result &&
        passed_s > TAKEOVER_S - 2 && passed_s < TAKEOVER_S + 2, `${passed_s.toFixed(1)} s ${told(free)}`);
    } else {
      const first = await client.call('OTA.Begin', params);
      checks.check(`vanished: ${way} client begins`, first.result, told(first));
    }
    if (way === 'finish') {
      const before = await device.status();
      const end = await push(client, image);
      checks.check(`vanished: after ${chain.join(', ')}: an update then holds`, !end.error && await until('1.1.0 confirmed', async () => {
        const now = await device.status();
        return now.boot_id !== before.boot_id && now.version === '1.1.0' && now.phase === 'confirmed';
      }), told(end));
      client.close();
      break;
    }
    const write = await client.call('OTA.Write', { offset: 0, data: image.subarray(0, 600).toString('base64') });
    checks.check(`vanished: ${way} client has sent a part`, !write.error, told(write));
    [last, gone] = [way, await clock(device)];
    client.vanish();
  }
  await device.stop();
  await broker.stop();
}

/** A frame that was overheard is worth nothing, on its way and on every other; a guesser is paused. */
export async function replayed(checks) {
  const broker = await Broker.start();
  const device = await Device.start('board', { broker });
  const method = 'OTA.GetBootState';
  for (const way of ways) {
    const client = await open(device, way);
    const first = await client.call(method);
    checks.check(`replayed: ${way}: the right answer counts`, first.result && first.sent.auth, told(first));
    const again = await client.exchange(first.sent);
    checks.check(`replayed: ${way}: the same frame once more is refused`, again.error?.code === 401 && !again.result, told(again));
    const other = ways[(ways.indexOf(way) + 1) % ways.length];
    const elsewhere = await open(device, other);
    const overheard = await elsewhere.call(method);
    const there = await client.exchange({ ...overheard.sent, src: client.src }).catch((error) => ({ result: error.message }));
    checks.check(`replayed: ${way}: a frame overheard on ${other}, too`, overheard.result && there.error?.code === 401, told(there));
    const next = await client.call(method);
    checks.check(`replayed: ${way}: the owner goes on`, next.result, told(next));
    elsewhere.close();
    client.close();
  }
  await replayedRequest(checks, device, `/rpc/${method}`);
  for (const way of ways) await guessed(checks, device, way, method);
  await device.stop();
  await broker.stop();
}

/** Bytes out, the status of what comes back. */
function statusOf(port, text) {
  return new Promise((resolve, reject) => {
    let reply = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (data) => (reply += data));
    socket.on('error', reject);
    socket.on('close', () => resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(reply)?.[1])));
  });
}

/** The same with the digest in HTTP's own header. */
async function replayedRequest(checks, device, target) {
  const challenge = (await fetch(`${device.url}${target}`)).headers.get('www-authenticate');
  const request = digestRequest(target, challenge);
  checks.equal('replayed: an HTTP request with a digest: counts', await statusOf(device.http, request), 200);
  checks.equal('replayed: an HTTP request with a digest: not twice', await statusOf(device.http, request), 401);
}

async function guessed(checks, device, way, method) {
  const client = await open(device, way);
  const replies = [];
  for (let i = 0; i < WRONG_MAX; i++) replies.push(await client.call(method, undefined, { creds: `admin:guess ${i}` }));
  checks.check(`guessed: ${way}: wrong passwords are refused`, replies.every((reply) => [401, 429].includes(reply.error?.code)),
    replies.map(told).join());
  const last = replies.at(-1);
  checks.check(`guessed: ${way}: after ${WRONG_MAX} there is a pause, with its length`, last.error?.code === 429 &&
    /try again in \d+ s/.test(last.error.message), told(last));
  checks.check(`guessed: ${way}: what needs no password goes on`, isPing(await client.call('RPC.Ping')));
  const right = await until('the pause is over', async () => {
    const reply = await client.call(method);
    return reply.result && reply;
  }, 30).catch((error) => ({ error: error.message }));
  checks.check(`guessed: ${way}: then the right one counts`, right.result, told(right));
  client.close();
}

/** A connection of a crowd: says what it is told to, slowly or at once, and never ends. */
function crowd(port, count, text, slow) {
  return Array.from({ length: count }, () => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    if (!slow) socket.on('connect', () => socket.write(text));
    let at = 0;
    const timer = slow && setInterval(() => socket.writable && socket.write(text[at++ % text.length]), 500);
    socket.on('close', () => clearInterval(timer));
    return socket;
  });
}

/** Status requests, one after the other, while something goes on. Returns how they went. */
async function serving(device, seconds) {
  const end = Date.now() + seconds * 1000;
  const result = { served: 0, failed: 0, worst_ms: 0, problem: '' };
  while (Date.now() < end) {
    const start = Date.now();
    try {
      await device.status();
      result.served++;
    } catch (error) {
      result.failed++;
      result.problem = error.message;
    }
    result.worst_ms = Math.max(result.worst_ms, Date.now() - start);
  }
  return result;
}

const HANDSHAKE = 'GET /rpc HTTP/1.1\r\nHost: device\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

/** While something goes on, HTTP is served; afterwards every way is. Few may be refused while the crowd
 * comes in; a SYN that finds no place is repeated after 1, 3 and 7 s. */
async function check(checks, device, name, begin) {
  const end = await begin();
  const { served, failed, worst_ms, problem } = await serving(device, 4);
  checks.check(`flooded: ${name}: HTTP stays served (${served} replies, ${worst_ms} ms at worst)`,
    served > 5 && failed <= 3 && worst_ms < 15000, `${failed} failed: ${problem}`);
  await end();
  for (const way of ways) {
    const reply = await until(way, () => callOnce(device, way, 'RPC.Ping', undefined, { limit_ms: 5000 }), 60)
      .catch((error) => ({ error: error.message }));
    checks.check(`flooded: ${name}: then ${way} is served`, isPing(reply), told(reply));
  }
}

const flood = (device, way, count, prepare = () => {}) => async () => {
  const client = await open(device, way);
  prepare(client);
  for (let i = 0; i < count; i++) client.raw(client.frame(JSON.stringify(client.newFrame('RPC.List'))));
  return () => client.close();
};

/** Fifty at once on each port, and calls without end. */
export async function flooded(checks) {
  const broker = await Broker.start();
  const device = await Device.start('board', { broker });
  const before = await device.status();
  const crowds = [
    ['50 connections on TCP, silent', device.tcp, '', false],
    ['50 connections on TCP, a byte now and then', device.tcp, '\n"""{"id":1,"method":"RPC.Ping"}"""\n', true],
    ['50 connections on TCP, half a frame each', device.tcp, '"""{"id":1,"method":', false],
    ['50 WebSockets', device.http, HANDSHAKE, false],
    ['50 WebSockets whose handshake comes byte by byte', device.http, HANDSHAKE, true],
    ['50 connections on HTTP, silent', device.http, '', false],
  ];
  for (const [name, port, text, slow] of crowds)
    await check(checks, device, name, () => {
      const sockets = crowd(port, 50, text, slow);
      return () => sockets.forEach((socket) => socket.destroy());
    });
  await check(checks, device, '3000 datagrams', flood(device, 'udp', 3000));
  await check(checks, device, '1000 calls over MQTT', flood(device, 'mqtt', 1000));
  await check(checks, device, '2000 calls over TCP by one who reads no reply', flood(device, 'tcp', 2000, (client) => client.socket.pause()));
  await check(checks, device, '2000 calls over WebSocket by one who reads no reply', flood(device, 'ws', 2000, (client) => client.socket.pause()));
  await check(checks, device, 'noise on the serial line', async () => {
    const line = await open(device, 'serial');
    line.raw(Buffer.from('"""{"id":1,"method":"no end \\x00\\xff'.repeat(1000), 'latin1'));
    return () => { line.raw('\n"""\n'); line.close(); };
  });
  checks.equal('flooded: nothing restarted', (await device.status()).boot_id, before.boot_id);
  await device.stop();
  await broker.stop();
}
