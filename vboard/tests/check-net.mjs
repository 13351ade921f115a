// check-net.mjs [VBOARD [ARM_BUILD]] - Flota's firmware on the board's own network: the peer of --net script over good
// and bad cables, and a TAP interface where this machine has them. All times are the board's.
// SPDX-License-Identifier: GPL-2.0-or-later
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const [vboard = join(root, 'build/host/vboard/flota-vboard'), arm = join(root, 'build/arm')] =
  process.argv.slice(2).map((path) => resolve(path));
const folder = mkdtempSync(join(tmpdir(), 'vboard-net-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const [project1, project2] = ['project1', 'project2'].map((name) => join(arm, `examples/${name}/${name}.bin`));
const dhcp = join(arm, 'tests/firmware/dhcp/dhcp.bin');
const LIMIT_MS = 120_000; // of this machine, for one board: only for what hangs
const S = 1e9;

/** Run vboard to its end: {status, out, err}. */
function run(args) {
  const child = spawnSync(vboard, args, { encoding: 'utf8', timeout: LIMIT_MS, maxBuffer: 1 << 26 });
  return { status: child.status ?? child.signal, out: child.stdout, err: child.stderr };
}

/** Carry out commands on a fresh board: their answers. */
function script(commands, { image = project1, args = [], address = ['--guest-ip', '192.168.0.10'] } = {}) {
  const file = join(folder, 'script');
  writeFileSync(file, commands.map((command) => JSON.stringify(command) + '\n').join(''));
  const { status, out, err } = run(['--deterministic', '--net', `script:${file}`, '--uart3', 'none', '--load', image,
    ...address, ...args]);
  const answers = out.trim().split('\n').map((line) => JSON.parse(line));
  const bad = answers.find((answer) => !answer.ok);
  assert.ok(!bad, `${JSON.stringify(bad)}\n${err}`);
  return Object.assign(answers, { status, err });
}

const service = { cmd: 'run', until: { service: { path: '/', status: 200 } }, for_ns: 30 * S };
const upload = { cmd: 'request', method: 'POST', path: '/api/firmware_update', file: project2 };
const answered = { cmd: 'run', until: { response: 1 }, for_ns: 120 * S };
const updated = { cmd: 'run', until: { console: ': project2 2.0.0, bank 2' }, for_ns: 120 * S };
const status = { cmd: 'status' };

/** An update over a cable that is so from power-on. Returns the answers. */
function update(link, args = []) {
  return script([service, upload, updated, service, status], { args: ['--link', link, ...args] });
}

function isUpdated(answers) {
  assert.equal(answers.status, 0, answers.err);
  assert.equal(answers[2].stopped, 'console');
  assert.equal(answers[3].stopped, 'service');
  assert.equal(answers[4].swapped, true);
}

const checks = {
  'an update over a good cable, with its answer': () => {
    const answers = script([service, upload, { ...answered, expect: { response: { status: 200 } } }, updated, service]);
    assert.equal(answers.status, 0);
    const { sent, error, begin_ns, end_ns } = answers[2].response;
    assert.equal(error, undefined);
    assert.equal(sent, statSync(project2).size);
    assert.ok(end_ns - begin_ns < 2 * S, `${(end_ns - begin_ns) / S} s`);
    assert.equal(JSON.parse(answers[2].response.body).ok, true);
  },
  'an address by DHCP': () => {
    const answers = script([service, { cmd: 'console' }], { image: dhcp, address: [] });
    assert.match(answers[1].text, /ip 10\.0\.2\.15 \(dhcp\)/);
    const moved = script([service, { cmd: 'console' }], { image: dhcp, address: ['--guest-ip', '172.16.5.77'] });
    assert.match(moved[1].text, /ip 172\.16\.5\.77 \(dhcp\)/);
  },
  'an update with 5 % of all frames lost': () => isUpdated(update('loss=5%')),
  'an update with frames doubled, reordered and late': () => isUpdated(update('dup=20%,reorder=20%,jitter=2ms')),
  'an update over 500 kbit/s and a round trip of 80 ms': () => {
    const answers = update('rate=500k,rtt=80ms');
    isUpdated(answers);
    assert.ok(answers[2].now_ns - answers[0].now_ns > statSync(project2).size * 8 / 500e3 * S, 'faster than the line');
  },
  'an update goes on after the cable was out for 2 s, and the firmware saw it': () => {
    const answers = script([service, { cmd: 'link', link: 'down=200ms-2200ms' }, upload, answered, updated, service,
      { cmd: 'console' }]);
    const { status: code, begin_ns, end_ns } = answers[3].response;
    assert.equal(code, 200);
    assert.ok(end_ns - begin_ns > 3.6 * S, 'the PHY needs 1.6 s to negotiate again');
    assert.match(answers[6].text, /network: no link, check the cable/);
  },
  'the cable out and in, told by hand': () => {
    const get = { cmd: 'request', method: 'GET', path: '/', timeout_ns: 3 * S };
    const answers = script([service, { cmd: 'link', link: 'down=now' }, get, answered, { cmd: 'link', link: 'up=now' },
      service]);
    assert.equal(answers[3].response.status, 0);
    assert.match(answers[3].response.error, /took no connection within 3000 ms/);
    assert.equal(answers[5].stopped, 'service');
  },
  'nobody at the address': () => {
    const get = { cmd: 'request', method: 'GET', path: '/', timeout_ns: 5 * S };
    const answers = script([get, answered, { ...service, for_ns: 5 * S }, status], { address: [] });
    assert.match(answers[1].response.error, /took no connection/);
    assert.equal(answers[2].stopped, 'time');
    assert.equal(answers[3].guest_seen, false);
    assert.equal(answers.status, 1);
  },
  'no server at the port': () => {
    const answers = script([service, { cmd: 'request', method: 'GET', path: '/', port: 81 }, answered]);
    assert.match(answers[2].response.error, /refused the connection/);
  },
  'probes of a board at rest are answered at their pace': () => {
    const answers = script([service, { cmd: 'probe', every_ns: 5e6, path: '/' },
      { cmd: 'run', until: { time_ns: 10 * S } }, { cmd: 'probe' }]);
    for (const probe of [answers[3].ping, answers[3].get]) {
      assert.ok(probe.sent > 1600 && probe.answered >= probe.sent - 1, JSON.stringify(probe));
      assert.ok(probe.longest_silence_ns < 6e6, JSON.stringify(probe));
    }
  },
  'the same seed gives the same digest, another seed another one': () => {
    const digest = (seed) => update('loss=3%,dup=3%,reorder=3%,jitter=1ms', ['--seed', seed])[4].digest;
    const first = digest('7');
    assert.equal(digest('7'), first);
    assert.notEqual(digest('8'), first);
  },
  'wrong options say what is wrong': () => {
    const wrong = [
      [['--net', 'wifi'], /no such network: slirp, tap:NAME/],
      [['--net', 'tap'], /name of an interface is needed/],
      [['--net', 'script', '--hostfwd', 'tcp::8000:80'], /--hostfwd needs --net slirp/],
      [['--deterministic', '--net', 'slirp'], /follows this machine's clock/],
      [['--link', 'rtt=1ms'], /--link needs --net script or tap/],
      [['--net', 'script', '--link', 'rtt=5'], /rtt=5: a time is needed/],
      [['--net', 'script', '--link', 'loss=101%'], /a part of all frames/],
      [['--net', 'script', '--guest-ip', '10.0.0.300'], /not an IPv4 address/],
      [['--net', 'script', '--guest-ip', '10.0.0.255'], /1 to 254/],
    ];
    for (const [args, text] of wrong) {
      const { status: code, err } = run(['--load', project1, '--run-for', '1', '--fast', ...args]);
      assert.equal(code, 2, args.join(' '));
      assert.match(err, text);
    }
  },
};

/** In a network namespace of its own, where anybody may make interfaces. */
const TAP = `
"$1" --net tap:vboard0 --link rtt=20ms --load "$2" --guest-ip 192.168.0.10 --uart3 none 2>"$3" & board=$!
for ((i = 0; i < 200; i++)); do ip address add 192.168.0.1/24 dev vboard0 2>/dev/null && break; sleep 0.05; done
ip link set vboard0 up
curl -s --retry 20 --retry-connrefused --retry-delay 1 --max-time 60 -o /dev/null -w '%{http_code} %{size_download}' http://192.168.0.10/
kill $board; wait $board`;

function tapIsMissing() {
  const tools = spawnSync('sh', ['-c', 'command -v ip && command -v curl && [ -c /dev/net/tun ]']);
  if (tools.status !== 0) return 'ip, curl or /dev/net/tun is not here';
  const made = spawnSync('unshare', ['-rn', 'ip', 'tuntap', 'add', 'dev', 'vboard0', 'mode', 'tap']);
  return made.status === 0 ? null : 'this machine gives no network namespace with TAP interfaces';
}

function checkTap() {
  const errors = join(folder, 'tap');
  const child = spawnSync('unshare', ['-rn', 'bash', '-c', TAP, 'tap', vboard, project1, errors],
    { encoding: 'utf8', timeout: LIMIT_MS });
  assert.match(child.stdout, /^200 [1-9]\d+$/, child.stdout + child.stderr);
}

const missing = tapIsMissing();
if (missing) console.log(`skip   net: a browser's way over a TAP interface: ${missing}`);
else checks["a browser's way over a TAP interface"] = checkTap;
let failures = 0;
for (const [name, check] of Object.entries(checks)) {
  try {
    check();
    console.log(`ok     net: ${name}`);
  } catch (error) {
    failures++;
    console.log(`FAIL   net: ${name}: ${error.message}`);
  }
}
process.exit(failures ? 1 : 0);
