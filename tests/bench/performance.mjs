// performance.mjs - makes docs/performance.md from what `make bench` printed: every number with its meaning, its bound where
// there is one, and the command that repeats it. A number that has no meaning here, or none that is here, is an error.
//
// performance.mjs BENCH.txt >docs/performance.md
// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** By section and group of bench.mjs: [name, what it is, bound]. */
const SECTIONS = {
  'Updates': {
    updates: [
      ['update_400k_over_flash_limit', 'update of 400 KB as a signed bundle, from its first byte to the option byte change, four sectors erased, over the flash limit', 1.1],
      ['update_400k_blank_over_flash_limit', 'the same into blank sectors', 1.25],
      ['update_400k', 'the first of the two, in seconds'],
    ],
    silence: [
      ['longest_silence_ms', 'longest time without an answer to a ping or a GET, each sent every 5 ms during the update', 50],
      ['longest_silence_bank_1_ms', 'of it, running from physical bank 1'],
      ['longest_silence_bank_2_ms', 'of it, running from physical bank 2, where an erase stalls a core that may read ahead'],
    ],
    transfers: [
      ['transfer_400k_http', '`flota ota` of 400 KB over HTTP into blank sectors'],
      ['ws_over_http', 'the same by WebSocket, over its time by HTTP', 1.5],
      ['tcp_over_http', 'by TCP'],
      ['udp_over_http', 'by UDP'],
      ['mqtt_over_http', 'by MQTT', 1.5],
    ],
    serial: [
      ['serial_ota_bytes_per_s', 'firmware bytes over the serial line of 115,200 baud'],
      ['serial_ota_over_line', 'the same, over what the line carries (at least 0.6)'],
      ['serial_existing_tool_bytes_per_s', 'at the pace of the existing tool, 16 bytes each 5 ms'],
    ],
    fifty: [
      ['fifty_update', 'fifty devices updated by one `flota ota`, eight virtual boards among them, to the last one confirmed'],
      ['fifty_tool_cpu', "the tool's own time of the processor"],
      ['fifty_tool_memory', "the tool's memory"],
      ['fifty_board_idle', 'eight idle virtual boards: cores of this machine'],
      ['fifty_host_idle', '42 idle host devices: cores'],
      ['fifty_board_cpu', 'time of the processor for the update of eight virtual boards'],
      ['fifty_host_cpu', 'for that of 42 host devices'],
      ['fifty_board_memory_sum', 'memory of eight virtual boards, each counted whole'],
      ['fifty_board_memory_own', 'the same, what they share counted once'],
      ['fifty_board_memory_most', 'of the largest of them'],
      ['fifty_host_memory_sum', 'memory of 42 host devices, each counted whole'],
      ['fifty_host_memory_own', 'the same, what they share counted once'],
      ['fifty_host_memory_most', 'of the largest of them'],
    ],
    loop: [
      ['loop_new', '`flota new`'],
      ['loop_first_build', 'first `flota build` on a machine'],
      ['loop_next_build', 'the same of the next project, whose libraries ccache has'],
      ['loop_sim', '`flota sim` until it answers'],
      ['loop_build', '`flota build` after a line was changed'],
      ['loop_ota', '`flota ota` to confirmed, virtual board'],
      ['loop_seconds', 'the last two together: the everyday loop'],
    ],
  },
  'The device': {
    guard: [
      ['guard_ms_400k', 'the guard, from reset to a trial image of 400 KB, all of it checked'],
      ['guard_ms_confirmed', 'the guard, from reset to a confirmed image'],
      ['guard_text', "the guard's code"],
    ],
    verify: [['verify_p256_ms', 'one signature checked (ECDSA P-256)']],
    login: [
      ['login_ms', 'a login: PBKDF2 of 32,000 rounds'],
      ['login_slice_ms', 'the most of it in one turn of the main loop'],
    ],
    turn: [
      ['turn_idle_us', 'a turn of the main loop in which nothing happens, all modules linked'],
      ['turn_idle_most_us', 'the longest of them: a look at the PHY'],
    ],
    calls: [
      ['rpc_http_calls_per_s', 'RPC calls one after the other on one connection, HTTP'],
      ['rpc_http_core_us', 'work of the core for one of them'],
      ['rpc_ws_calls_per_s', 'WebSocket'],
      ['rpc_ws_core_us', 'work of the core'],
      ['rpc_tcp_calls_per_s', 'TCP'],
      ['rpc_tcp_core_us', 'work of the core'],
      ['rpc_udp_calls_per_s', 'UDP'],
      ['rpc_udp_core_us', 'work of the core'],
    ],
    dash: [
      ['page_project1_gz', 'page of Project 1, gzipped', 7168],
      ['page_project2_gz', 'page of Project 2, gzipped'],
      ['page_everything_gz', 'page of examples/everything, with its texts and a picture'],
      ['ram_per_browser', 'RAM for one more browser'],
      ['rest_requests', 'REST requests, one client after the other'],
      ['change_to_second_browser_ms', 'from a change to its event in a second browser', 200],
      ['click_to_pin_ms', "from a click in Chromium to the LED's pin"],
    ],
    sizes: [
      ['project1_text', 'Project 1: code, constants, page'],
      ['project1_ram', 'its RAM: network buffers, pools, connections'],
      ['project2_text', 'Project 2'],
      ['project2_ram', 'its RAM'],
      ['ways_text', 'a firmware with every way in'],
      ['ways_ram', 'its RAM'],
    ],
  },
  'The virtual board': {
    speeds: [
      ['vboard_idle_mips', 'instructions per microsecond of this machine: idle superloop (aim: at least 110)'],
      ['vboard_sha256_mips', 'SHA-256 (at least 500)'],
      ['vboard_memcpy_mips', 'memcpy (at least 90)'],
    ],
    snapshots: [['snapshots_per_s', 'copies of a running board, made, asked for their status and ended']],
    torture: [
      ['torture_cases_per_s', 'power cuts of a short `flota torture`, all of it: the run without cuts, cuts, restarts, verdicts, updates made again'],
    ],
  },
};
const UNITS = { x: '×', MB_rss: 'MB', MB_pss: 'MB', s_virtual: 's', ms_virtual: 'ms', us_virtual: 'µs', 'B/s_virtual': 'B/s', '1/s': 'per s' };

const numbers = new Map();
for (const line of readFileSync(process.argv[2], 'utf8').split('\n')) {
  const [, name, value, unit] = /^bench: (\S+) (\S+) (\S+)$/.exec(line) ?? [];
  if (name) numbers.set(name, { value: Number(value), unit });
}

const problems = [];
const shown = ({ value, unit }) => `${value.toLocaleString('en-US', { maximumFractionDigits: 3 })} ${UNITS[unit] ?? unit}`;

function row([name, what, bound]) {
  const number = numbers.get(name);
  numbers.delete(name);
  if (!number) return void problems.push(`${name}: not in the output`);
  if (bound !== undefined && number.value > bound) problems.push(`${name}: ${number.value} is above ${bound}`);
  const clock = /_virtual$/.test(number.unit) ? 'board' : /^(s|1\/s|MIPS|ms|cores)$/.test(number.unit) ? 'wall' : '';
  return `| ${what} | ${shown(number)} | ${bound === undefined ? '' : `≤ ${shown({ ...number, value: bound })}`} | ${clock} | \`${name}\` |`;
}

const section = ([title, groups]) => `## ${title}

| what | value | bound | clock | name |
|---|---|---|---|---|
${Object.values(groups).flat().map(row).filter(Boolean).join('\n')}

Again: \`make bench ONLY="${Object.keys(groups).join(' ')}"\``;

const text = `# Performance

Made by \`make performance\` from one run of \`make bench\`, on a machine of ${cpus().length} cores (${cpus()[0].model.trim()}). Nothing here
was measured on real silicon: the firmware's times are the virtual board's, whose assumptions are in
[vboard/README.md](../vboard/README.md#time).

The flash limit is the least time that the flash needs by its data sheet: 100 µs for each word of 32 bytes, and 1.0 s for each
sector that must be erased; of 400 KB, 1.28 s and 4 s. The option byte change is in no data sheet and not counted.

*clock* says whose time it is: the *board*'s virtual time, which does not depend on this machine (updates and silence run in
deterministic mode and give the same value each time), or the *wall* clock, which varies with the machine and its load by a
third and more.

${Object.entries(SECTIONS).map(section).join('\n\n')}
`;
for (const name of numbers.keys()) problems.push(`${name}: has no meaning in tests/bench/performance.mjs`);
if (problems.length) {
  console.error(problems.map((problem) => `performance: ${problem}`).join('\n'));
  process.exit(1);
}
process.stdout.write(text);
