// faults-mutated.mjs - ten thousand frames with something wrong on each way in, all at the same time, each made from a
// seed; between them good calls must be answered. SPDX-License-Identifier: Apache-2.0
import { callOnce, open } from './faults-clients.mjs';
import { Broker, Device, ways } from './ways.mjs';

const SEED = Number(process.env.FAULTS_SEED ?? 20261121);
const COUNT = Number(process.env.MUTATED_FRAMES ?? 10000);
const TURN = 40; // mutated frames between two good calls

const seeds = [
  '{"id":7,"method":"RPC.Ping"}',
  '{"src":"a","id":1571712235716,"method":"RPC.Ping","params":{}}',
  '{"id":"x","method":"RPC.Describe","params":{"name":"OTA.Begin"}}',
  '{"id":3,"method":"OTA.Write","params":{"offset":0,"data":"AAAA"}}',
  '{"id":4,"method":"Config.Set","args":{"config":{"a":{"b":1}}}}',
  '{"id":5,"dst":"b","tag":"t","key":"k","method":"OTA.Status"}',
  '{"id":6,"method":"OTA.End","auth":{"realm":"RPC","nonce":1}}',
  '{"id":8,"result":{"a":[1,2.5e3,true,null]}}',
];
const tokens = ['{', '}', '[', ']', '"', '\\', ',', ':', '\\u0000', '\\ud800', '[[[[[[[[[[[[[[[[[[[[', '{"a":{"a":{"a":{"a":',
  '99999999999999999999', '-0', '1e999', 'null', 'true', '"""', '\n', '\0', '\x7f', '\x04', '\xff', '\xc3\x28', '/*', "'"];

class Random {
  constructor(seed) { this.state = (seed ^ 0x9e3779b9) >>> 0 || 1; }

  below(limit) {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return (this.state >>> 0) % limit;
  }
}

/** One to four things wrong. */
function mutate(bytes, random) {
  let text = Buffer.from(bytes);
  for (let left = 1 + random.below(4); left > 0; left--) {
    const at = random.below(text.length + 1), size = random.below(12);
    const rest = text.subarray(at);
    const piece = Buffer.from(tokens[random.below(tokens.length)], 'latin1');
    switch (random.below(6)) {
      case 0: if (at < text.length) text[at] ^= 1 << random.below(8); break;
      case 1: text = Buffer.concat([text.subarray(0, at), rest.subarray(size)]); break;
      case 2: text = Buffer.concat([text.subarray(0, at), rest.subarray(0, size), rest]); break;
      case 3: text = Buffer.concat([text.subarray(0, at), piece, rest]); break;
      case 4: text = Buffer.concat([text.subarray(0, at), piece, rest.subarray(piece.length)]); break;
      default: text = text.subarray(0, Math.max(1, at));
    }
  }
  return text;
}

/** The bytes of mutated frame number `index`: what is wrong is its content, or, in one of eight, its wrapping. */
function mutated(client, index) {
  const random = new Random(SEED + index * 7919 + ways.indexOf(client.way) * 104729);
  for (let i = 0; i < 4; i++) random.below(2);
  const content = seeds[random.below(seeds.length)];
  // What a broker gets must be MQTT: it is not the part that is tested.
  const isWrapping = client.way !== 'mqtt' && random.below(8) === 0;
  return { isWrapping, bytes: isWrapping ? mutate(client.frame(content), random) : client.frame(mutate(content, random)) };
}

/** What was written shall arrive: the device answers or closes, or has it unanswered for a while. */
async function reopened(device, client) {
  if (client.socket.end && !client.closed)
    await new Promise((resolve) => {
      client.socket.once('close', resolve);
      setTimeout(resolve, 25);
      client.socket.end();
    });
  client.close();
  return open(device, client.way);
}

const MAY_LOSE = ['udp', 'mqtt']; // at QoS 0: also when the board was too slow for its broker's keep-alive

/** A good call; again when it was lost on a way that may lose it. */
async function goodCall(device, way) {
  for (let tries = 1; ; tries++) {
    try {
      return await callOnce(device, way, 'OTA.GetBootState', undefined, { limit_ms: 10000 });
    } catch (error) {
      if (tries === 3 || !MAY_LOSE.includes(way)) throw error;
    }
  }
}

/** UDP and MQTT at QoS 0 may lose a call between so many others; a person would press the key again. */
async function ping(client) {
  for (let tries = 1; ; tries++) {
    try {
      if (client.way === 'serial') client.raw('\x11"""\n'); // XON, and an end of whatever was begun
      const reply = await client.call('RPC.Ping', undefined, { limit_ms: 5000 });
      if (reply.result?.channel_info) return;
      throw new Error(JSON.stringify(reply));
    } catch (error) {
      if (tries === 3 || client.closed) throw error;
    }
  }
}

/** All frames of one way. A connection that the device has closed, or whose wrapping is broken, is opened anew. */
export async function send(device, way) {
  let client = await open(device, way);
  let opened = 1;
  for (let index = 0; index < COUNT; index++) {
    const { isWrapping, bytes } = mutated(client, index);
    client.raw(bytes);
    const isLost = client.closed || (isWrapping && ['http', 'ws'].includes(way));
    if (isLost) {
      client = await reopened(device, client);
      opened++;
    } else if (index % TURN === TURN - 1) {
      await ping(client).catch(async () => {
        client = await reopened(device, client);
        opened++;
        await ping(client);
      });
    }
  }
  client.close();
  return opened;
}

export async function mutatedFrames(checks) {
  const broker = await Broker.start();
  const device = await Device.start('board', { broker });
  const before = await device.status();
  await Promise.all(ways.map(async (way) => {
    const start = Date.now();
    const problem = await send(device, way).then((opened) => ({ opened }), (error) => ({ error }));
    checks.check(`mutated: ${COUNT} frames on ${way} (seed ${SEED}, ${problem.opened} connections, ${((Date.now() - start) / 1000).toFixed(0)} s)`,
      !problem.error, problem.error?.stack);
  }));
  for (const way of ways) {
    let answered = 0, problem = '';
    for (let i = 0; i < 8; i++)
      await goodCall(device, way).then((reply) => {
        if (reply.result) answered++;
        else problem = JSON.stringify(reply);
      }, (error) => (problem = error.message));
    checks.check(`mutated: then 8 good calls on ${way}`, answered === 8, `${answered} ${problem}`);
  }
  checks.equal('mutated: nothing restarted', (await device.status()).boot_id, before.boot_id);
  const update = await device.flota('ota', device.firmware('ways2'));
  checks.check('mutated: and an update holds', update.code === 0, update.stderr);
  await device.stop();
  await broker.stop();
}
