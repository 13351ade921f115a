// ways.mjs - devices with every way in, on the virtual board and on the host port, and the real parts that the
// tests put beside them: mosquitto, nginx, pseudo terminals. SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, run, testFirmware, tool, until, vboardProgram } from './board.mjs';

const root = new URL('../../', import.meta.url).pathname;
const hostProgram = join(root, 'build/host/ports/host/flota-host');
const hostFirmware = (name) => join(root, `build/host/tests/${name}-host/${name}.bin`);
export const credentials = 'admin:all ways lead in';
export const ways = ['http', 'ws', 'mqtt', 'serial', 'tcp', 'udp'];

/** Programs that run: none outlives its test, however that ends. */
const running = new Set();
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** A program in the background; its output is collected. */
export function start(program, args, options = {}) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  child.output = '';
  child.stdout?.on('data', (data) => (child.output += data));
  child.stderr?.on('data', (data) => (child.output += data));
  child.ended = new Promise((resolve) => ['exit', 'error'].forEach((event) => child.once(event, resolve)));
  child.ended.then(() => running.delete(child));
  running.add(child);
  return child;
}

export async function stop(child, signal = 'SIGTERM') {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal);
  await child.ended;
}

const folder = mkdtempSync(join(tmpdir(), 'flota-ways-'));
chmodSync(folder, 0o755); // nginx started by root serves as another user
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
let count = 0;
export const scratch = (name) => join(folder, `${count++}-${name}`);

/** A broker on a port of its own; stop() and start() it to see what becomes of its clients. */
export class Broker {
  static async start(port) {
    const broker = new Broker();
    broker.port = port ?? await freePort();
    const config = scratch('mosquitto.conf');
    writeFileSync(config, `listener ${broker.port} 127.0.0.1\nallow_anonymous true\npersistence false\n`);
    broker.process = start('mosquitto', ['-c', config]);
    await until('the broker', () => broker.process.output.includes('running'));
    return broker;
  }

  stop() { return stop(this.process); }
}

/** nginx on a port of its own, serving a folder. */
export class FileServer {
  static async start() {
    const server = new FileServer();
    server.port = await freePort();
    server.folder = scratch('www');
    mkdirSync(server.folder);
    const config = scratch('nginx.conf');
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
      .map((name) => `${name}_temp_path ${folder}/nginx-${name};`).join(' ');
    writeFileSync(config, `daemon off; worker_processes 1; pid ${folder}/nginx-${server.port}.pid; error_log stderr;
      events { worker_connections 256; } http { ${temporary} access_log ${folder}/nginx.log;
      server { listen 127.0.0.1:${server.port}; root ${server.folder};
        location /moved/ { return 302 /$request_uri_tail; } location /slow/ { alias ${server.folder}/; limit_rate 60k; } } }`
      .replace('return 302 /$request_uri_tail;', 'rewrite ^/moved/(.*)$ /$1 redirect;'));
    server.process = start('nginx', ['-c', config, '-e', 'stderr']);
    await until('nginx', async () => (await fetch(`http://127.0.0.1:${server.port}/`)).status);
    return server;
  }

  put(name, bytes) { writeFileSync(join(this.folder, name), bytes); }

  stop() { return stop(this.process); }
}

/** A device with all ways in. kind: 'board' or 'host'. ports: by way, as --port takes them. */
export class Device {
  static async start(kind, { broker, image, flash, args = [] } = {}) {
    const device = new Device();
    device.kind = kind;
    device.flash = flash ?? scratch(`${kind}.flash`);
    device.first = image ?? device.firmware('ways');
    device.broker = broker;
    device.options = args;
    [device.http, device.tcp, device.udp, device.page] = [await freePort(), await freePort(), await freePort(), await freePort()];
    device.tty = scratch('tty');
    device.url = `http://127.0.0.1:${device.http}`;
    await device.powerOn();
    if (broker) await device.joinBroker();
    return device;
  }

  firmware(name) { return this.kind === 'board' ? testFirmware(name) : hostFirmware(name); }

  get platform() { return this.kind === 'board' ? 'stm32h745i-disco' : 'host'; }

  /** Where the device finds services of this machine. */
  get machine() { return this.kind === 'board' ? '192.168.0.1' : '127.0.0.1'; }

  get ports() {
    return { http: this.url, ws: `ws://127.0.0.1:${this.http}/rpc`, tcp: `tcp://127.0.0.1:${this.tcp}`,
      udp: `udp://127.0.0.1:${this.udp}`, serial: `serial://${this.tty}`,
      mqtt: this.broker && `mqtt://127.0.0.1:${this.broker.port}/${this.id}` };
  }

  async powerOn() {
    this.process = this.kind === 'board'
      ? start(vboardProgram, ['--guest-ip', '192.168.0.10', '--hostfwd', `tcp:127.0.0.1:${this.http}:80`,
        '--hostfwd', `tcp:127.0.0.1:${this.tcp}:8910`, '--hostfwd', `udp:127.0.0.1:${this.udp}:8911`,
        '--http', `127.0.0.1:${this.page}`, '--uart3', `pty:${this.tty}`, '--flash', this.flash, '--load', this.first,
        ...this.options])
      : start(hostProgram, ['--port-map', `80=${this.http}`, '--port-map', `8910=${this.tcp}`, '--port-map',
        `8911=${this.udp}`, '--uart', `pty:${this.tty}`, '--flash', this.flash, '--load', this.first, ...this.options]);
    const { process: program } = this;
    const ended = program.ended.then(() => { throw new Error(`the ${this.kind} has ended: ${program.output}`); });
    await Promise.race([until(`the ${this.kind}`, () => program.exitCode !== null || this.status()), ended]);
  }

  async joinBroker() {
    const before = await this.status();
    const result = await this.flota('config', 'set', 'mqtt.enable=true',
      `mqtt.server=${this.machine}:${this.broker.port}`, '--reboot');
    if (result.code) throw new Error(`config set: ${result.stderr}`);
    await until('the restart', async () => (await this.status()).boot_id !== before.boot_id);
    this.id = (await this.info()).info.id;
    await until('the device at its broker', async () =>
      (await this.flota('call', 'RPC.Ping', '--port', this.ports.mqtt, '--timeout', '2')).code === 0);
  }

  /** The tool, on this device: over HTTP unless a --port is given. */
  flota(...args) {
    const port = args.includes('--port') ? [] : ['--port', this.url];
    const creds = args.includes('--creds') ? [] : ['--creds', credentials];
    return run(tool, [...args, ...port, ...creds], { env: { ...process.env, NO_COLOR: '1' } });
  }

  async info(...args) {
    const { code, stdout, stderr } = await this.flota('info', '--json', ...args);
    if (code) throw new Error(`info: ${code} ${stderr}`);
    return JSON.parse(stdout);
  }

  async status() {
    const reply = await fetch(`${this.url}/api/firmware_update`,
      { signal: AbortSignal.timeout(5000), headers: { connection: 'close' } });
    if (!reply.ok) throw new Error(String(reply.status));
    return reply.json();
  }

  async stop() { await stop(this.process); }
}
