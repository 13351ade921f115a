// random_description.mjs - random descriptions of dashboards by seed, right ones and wrong ones.
// SPDX-License-Identifier: Apache-2.0
//
//   node random_description.mjs SEED                                  one description; exit code 0: right, 3: wrong
//   node random_description.mjs --out FOLDER --count 200 [--seed 1]   SEED.json each, and expected.json: {"SEED": null or
//                                                                     what is wrong with it}
//   node random_description.mjs --check PROGRAM --count 200           each is taken or refused by PROGRAM FILE as it should be
//
// About four of five are right. A wrong one has one mistake, made on purpose; what is wrong, the description itself does
// not say.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const ICONS = 'flota update board info home settings graph gauge network lock user power light fan temperature water battery clock file bell play stop check cross warn'.split(' ');
const STYLES = 'wide large center quiet accent good warn bad'.split(' ');
const WORDS = 'pump valve lamp fan motor door tank level speed light state power mode zone alarm sensor value count total name text heat cool flow time log index read data i x EX Big size endpoints printf result'.split(' ');
const TEXTS = ['On', 'Off', 'Größe <b>1</b>', "it's", '"so"', '</script>', '50 %', '水', 'a\\b', '${1 + 1}', '&amp;', '🌱 x', '$ {x}', "'"];

/** mulberry32: the same numbers everywhere. */
export class Random {
  constructor(seed) {
    this.state = seed >>> 0;
  }
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let z = this.state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 4294967296;
  }
  /** from to to, both included */
  whole(from, to) {
    return from + Math.floor(this.next() * (to - from + 1));
  }
  pick(list) {
    return list[this.whole(0, list.length - 1)];
  }
  chance(probability) {
    return this.next() < probability;
  }
}

class Maker {
  constructor(seed) {
    this.random = new Random(seed * 7919 + 13);
    this.access = null;
    this.api = {};
  }

  names(count, taken = []) {
    const names = new Set();
    while (names.size < count) {
      const name = this.random.pick(WORDS) + (this.random.chance(0.5) ? `_${this.random.whole(0, 99)}` : '');
      if (!taken.includes(name)) names.add(name);
    }
    return [...names];
  }

  /** Sets some of these keys. */
  some(object, keys) {
    for (const [key, make] of Object.entries(keys)) if (this.random.chance(0.4)) object[key] = make();
    return object;
  }

  text() {
    return this.random.pick(TEXTS) + (this.random.chance(0.5) ? ` ${this.random.whole(0, 999)}` : '');
  }

  // --- api ---

  attribute(type, isData) {
    const r = this.random;
    const a = { type };
    if (type === 'int' || type === 'double') {
      const scale = type === 'int' ? 1 : 0.25;
      const min = r.whole(-1000, 1000) * scale;
      const max = min + r.whole(1, 5000) * scale;
      if (r.chance(0.5)) a.min = min;
      if (r.chance(0.5)) a.max = max;
      const inside = () => r.whole(min / scale, max / scale) * scale;
      if (type === 'int' && r.chance(0.2)) a.options = [...new Set([inside(), inside(), inside()])];
      if (r.chance(0.4)) a.initial = a.options ? r.pick(a.options) : inside();
      if (isData && r.chance(0.3)) a.history = this.some({}, { points: () => r.whole(2, 200), seconds: () => r.whole(1, 60) });
    } else if (type === 'bool') {
      if (r.chance(0.4)) a.initial = r.chance(0.5);
    } else {
      if (r.chance(0.6)) a.size = r.whole(24, 60);
      const kind = r.whole(0, 3);
      if (kind === 0) a.options = ['off', 'low "x"', 'hö<'].slice(0, r.whole(1, 3));
      if (kind === 1) a.secret = true;
      if (kind === 0 && r.chance(0.5)) a.initial = r.pick(a.options);
      if (kind > 1 && r.chance(0.5)) a.initial = r.pick(TEXTS);
    }
    if (r.chance(0.25)) a.read_only = true;
    return a;
  }

  attributes(least, isData, taken) {
    const result = {};
    for (const name of this.names(this.random.whole(least, 5), taken))
      result[name] = this.attribute(this.random.pick(['bool', 'int', 'double', 'string']), isData);
    return result;
  }

  config() {
    const result = {};
    for (const name of this.names(this.random.whole(1, 4)).map((word) => word.toLowerCase())) {
      result[name] = this.attribute(this.random.pick(['bool', 'int', 'string']), true);
    }
    return result;
  }

  endpoint(type) {
    const r = this.random;
    const e = { type };
    if (type === 'data' && r.chance(0.15)) Object.assign(e, { config: `own${r.whole(1, 99)}`, attributes: this.config() });
    else if (type === 'data' || type === 'local') e.attributes = this.attributes(1, type === 'data', []);
    if (type === 'array') Object.assign(e, { attributes: this.attributes(1, false, ['index']), rows: r.whole(1, 12) });
    if (type === 'events') Object.assign(this.some(e, { keep: () => r.whole(0, 12) }), { attributes: this.attributes(1, false, ['index']) });
    if (type === 'action' && r.chance(0.2)) e.does = 'restart';
    else if (type === 'action') this.some(e, { hold: () => r.chance(0.5), attributes: () => this.attributes(0, false, ['pressed']) });
    if (type === 'file') this.some(e, { size_max: () => r.whole(1, 16384), upload: () => r.chance(0.5), delete: () => r.chance(0.5) });
    if (type !== 'local' && r.chance(0.3)) {
      e.read = r.whole(0, 5);
      e.write = r.whole(e.read, 9);
    }
    return e;
  }

  makeApi() {
    const r = this.random;
    const types = ['data', 'data', 'data', 'array', 'action', 'action', 'events', 'file', 'custom', 'local'];
    for (const name of this.names(r.whole(0, 8))) this.api[name] = this.endpoint(r.pick(types));
    if (r.chance(0.5)) this.api.firmware_update = r.chance(0.3) ? { type: 'ota', write: r.whole(1, 9) } : { type: 'ota' };
    return this.api;
  }

  endpoints(...types) {
    return Object.entries(this.api).filter(([, endpoint]) => types.includes(endpoint.type));
  }

  /** [reference, attribute] of values that fit. */
  values(row, fits, writes = true) {
    const found = [];
    for (const [name, endpoint] of this.endpoints('data', 'local'))
      for (const [key, a] of Object.entries(endpoint.attributes)) found.push([`${name}.${key}`, a]);
    const isEvent = row && this.api[row].type === 'events';
    if (row && !(writes && isEvent))
      for (const [key, a] of Object.entries(this.api[row].attributes)) found.push([`row.${key}`, a]);
    return found.filter(([, a]) => fits(a) && !(writes && a.read_only));
  }

  // --- expressions ---

  number(row, depth) {
    const r = this.random;
    const names = this.values(row, (a) => a.type === 'int' || a.type === 'double', false);
    if (depth > 3 || r.chance(0.4)) {
      if (names.length && r.chance(0.7)) return r.pick(names)[0];
      return r.pick(['1', '0.5', '17', 'user.level', 'device.bank', row ? 'row.index' : '3']);
    }
    const a = this.number(row, depth + 1);
    const b = this.number(row, depth + 1);
    return r.pick([`${a} + ${b}`, `(${a} - ${b})`, `${a} * -${b}`, `min(${a}, ${b})`, `round(${a} / 3)`, `abs(${a} % 7)`, `(${this.truth(row, depth + 1)} ? ${a} : ${b})`, `length(${this.string(row, depth + 1)})`]);
  }

  truth(row, depth) {
    const r = this.random;
    const names = this.values(row, (a) => a.type === 'bool', false);
    if (depth > 3 || r.chance(0.3)) return names.length && r.chance(0.8) ? r.pick(names)[0] : r.pick(['true', 'device.online', '!false']);
    const a = this.number(row, depth + 1);
    const b = this.number(row, depth + 1);
    return r.pick([`(${a} < ${b})`, `(${a} == ${b})`, `!${this.truth(row, depth + 1)}`, `(${this.truth(row, depth + 1)} && ${this.truth(row, depth + 1)})`, '(user.name != null)']);
  }

  string(row, depth) {
    const r = this.random;
    const names = this.values(row, (a) => a.type === 'string', false);
    const actions = this.endpoints('action').map(([name]) => [`${name}.state`]);
    if (depth > 3 || r.chance(0.3)) return r.chance(0.8) && names.length ? r.pick(names)[0] : r.pick([...actions, ["'it'"], ['"x"'], ['device.version'], ["(user.name || '-')"]])[0];
    const a = this.number(row, depth + 1);
    return r.pick([`fixed(${a}, ${r.whole(0, 6)})`, `upper(${this.string(row, depth + 1)})`, `pad(${a}, ${r.whole(1, 9)})`, `hex(${a})`, `time(${a})`, `bytes(${a})`, `(${this.truth(row, depth + 1)} ? 'on' : "off")`, `('n ' + ${a})`]);
  }

  shown(row) {
    const r = this.random;
    if (r.chance(0.5)) return this.text();
    const code = r.pick([() => this.number(row, 0), () => this.truth(row, 0), () => this.string(row, 0)])();
    const text = `${r.chance(0.5) ? 'It is ' : ''}\${${code}}${r.chance(0.3) ? ' !' : ''}`;
    return Buffer.byteLength(text) > 900 ? 'long' : text;
  }

  // --- elements ---

  limits(a, count) {
    const r = this.random;
    const min = a.min ?? (a.max !== undefined ? a.max - 10 : 0);
    const max = a.max ?? min + 50;
    return { min, max, step: a.type === 'int' ? r.whole(1, 5) : 0.5, count };
  }

  makers(row) {
    const r = this.random;
    const shown = () => this.shown(row);
    const one = (list) => (list.length ? r.pick(list) : null);
    const title = { title: shown };
    const auto = { autosave: () => r.chance(0.5) };
    const isNumber = (a) => a.type === 'int' || a.type === 'double';
    const withValue = (found, make) => (found ? { value: found[0], ...make(found[1]) } : null);
    const numbers = (writes) => one(this.values(row, isNumber, writes));
    const named = (type, key) => ((found) => (found ? { [key]: found[0] } : null))(one(this.endpoints(type)));
    const ends = (a) => (({ min, max }) => ({ min, max }))(this.limits(a));
    return {
      text: () => ({ text: shown() }),
      toggle: () => withValue(one(this.values(row, (a) => a.type === 'bool')), () => this.some({}, { ...title, ...auto, text: shown })),
      input: () =>
        withValue(one(this.values(row, (a) => a.type !== 'bool')), (a) =>
          this.some(isNumber(a) ? (r.chance(0.5) ? { ...ends(a), step: this.limits(a).step } : {}) : this.some({}, { kind: () => r.pick(['text', 'multiline', 'password']), pattern: () => '[a-z]{0,9}|\\(x\\)' }), { ...title, ...auto, message: shown, placeholder: shown, unit: () => '°C' }),
        ),
      slider: () => withValue(numbers(true), (a) => this.some(ends(a), { ...title, ...auto, text: shown, unit: () => '%' })),
      dropdown: () => {
        const bool = one(this.values(row, (a) => a.type === 'bool'));
        if (bool && r.chance(0.4)) return { value: bool[0], options: [true, { value: false, label: shown() }] };
        return withValue(one(this.values(row, (a) => a.options)), (a) => this.some({}, { ...title, ...auto, options: () => a.options.map((value) => (r.chance(0.5) ? value : { value, label: shown() })) }));
      },
      save: () => this.some({}, title),
      login: () => this.some({}, title),
      logout: () => this.some({}, title),
      password: () => (this.access ? this.some({}, title) : null),
      button: () => {
        const found = one(this.endpoints('action'));
        if (!found) return null;
        const [name, action] = found;
        const element = this.some({ action: name }, { ...title, icon: () => r.pick(ICONS) });
        if (!action.hold && r.chance(0.4)) element.confirm = shown();
        const values = {};
        for (const [key, a] of Object.entries(action.attributes ?? {})) {
          if (a.options) values[key] = r.pick(a.options);
          else if (a.type === 'bool') values[key] = r.chance(0.5) ? true : `\${${this.truth(row, 2)}}`;
          else if (isNumber(a)) values[key] = r.chance(0.7) ? this.limits(a).min : `\${${this.number(row, 2)}}`;
          else values[key] = r.chance(0.5) ? 'a "b"' : `x \${${this.string(row, 2)}}`;
        }
        if (r.chance(0.7)) element.values = values;
        return element;
      },
      ota: () => named('ota', 'endpoint'),
      file: () => ((e) => e && this.some(e, { ...title, accept: () => '.txt,.csv' }))(named('file', 'endpoint')),
      graph: () => {
        const found = this.values(null, isNumber, false);
        if (!found.length) return null;
        const values = Array.from({ length: r.whole(1, 4) }, () => r.pick(found)[0]);
        return this.some({ values }, { ...title, labels: () => values.map(shown), points: () => r.whole(2, 600), min: () => -1, max: () => 1e6, unit: () => 'V' });
      },
      gauge: () =>
        withValue(numbers(false), (a) => {
          const { min, max } = this.limits(a);
          const middle = (min + max) / 2;
          return this.some({ min, max }, { ...title, unit: () => 'bar', ticks: () => r.whole(2, 20), zones: () => [{ to: middle, style: 'good' }, { to: max, style: 'bad' }] });
        }),
      progress: () => withValue(numbers(false), () => this.some({}, { ...title, max: () => r.whole(1, 500), text: shown })),
      icon: () => this.some({ icon: r.pick(ICONS) }, { text: shown }),
      image: () => ((e) => e && this.some({ src: `/api/${e.x}/a.png` }, { alt: shown }))(named('file', 'x')),
    };
  }

  element(row, depth, types) {
    const r = this.random;
    const makers = this.makers(row);
    for (;;) {
      const type = r.pick(types ?? [...Object.keys(makers), ...(depth < 3 ? ['container', 'container'] : [])]);
      const made = type === 'container' ? this.container(row, depth) : makers[type]();
      if (!made) continue;
      return this.some({ type, ...made }, { tooltip: () => this.shown(row), style: () => (r.chance(0.5) ? `${r.pick(STYLES)} ${r.pick(STYLES)}` : `\${${this.truth(row, 1)} ? 'good' : 'bad'}`), disabled: () => (r.chance(0.5) ? r.chance(0.5) : `\${${this.truth(row, 0)}}`), level: () => r.whole(0, 9) });
    }
  }

  container(row, depth) {
    const r = this.random;
    const repeated = this.endpoints('array', 'events');
    const repeat = !row && repeated.length && r.chance(0.7) ? r.pick(repeated)[0] : null;
    const inside = Array.from({ length: r.whole(1, 4) }, () => this.element(repeat ?? row, depth + 1));
    return { elements: inside, ...(repeat ? { repeat } : {}), ...(r.chance(0.4) ? { title: this.shown(row) } : {}) };
  }

  panel() {
    const elements = Array.from({ length: this.random.whole(0, 6) }, () => this.element(null, 0));
    return this.some({ elements }, { title: () => this.shown(null), style: () => 'wide' });
  }

  page() {
    const r = this.random;
    return this.some({ title: this.shown(null), icon: r.pick(ICONS), panels: Array.from({ length: r.whole(1, 4) }, () => this.panel()) }, { level: () => r.whole(0, 9) });
  }

  make() {
    const r = this.random;
    const d = { brand: this.text().replaceAll('${', '$ {') };
    this.some(d, {
      logo: () => r.pick(ICONS),
      theme: () => this.some({}, { mode: () => r.pick(['auto', 'light', 'dark']), accent: () => '#0b6770', accent_dark: () => '#56C1b9' }),
      access: () => this.some({ users: [{ name: 'admin', level: 9 }, { name: 'op-2', level: 5 }].slice(0, r.whole(1, 2)) }, { first_start: () => r.pick(['set', 'open']) }),
    });
    this.access = d.access;
    d.api = this.makeApi();
    if (r.chance(0.4)) d.toolbar = Array.from({ length: r.whole(1, 3) }, () => this.element(null, 9, ['text', 'icon', 'toggle', 'button', 'login', 'logout']));
    d.pages = Array.from({ length: r.whole(1, 4) }, () => this.page());
    return d;
  }
}

// --- mistakes ---

const firstPanel = (d) => d.pages[0].panels[0];
const addEndpoint = (name, endpoint) => (d) => (d.api[name] = endpoint);
const addElement = (element) => (d) => firstPanel(d).elements.push(element);
const addAttribute = (attribute, name = 'extra') => (d) => {
  d.api.more_of = { type: 'data', attributes: { fine: { type: 'bool' }, [name]: attribute } };
};

/** name: what is wrong; each breaks any right description. */
export const MISTAKES = {
  'no brand': (d) => delete d.brand,
  'unknown key': (d) => (d.colour = 'red'),
  'no pages': (d) => (d.pages = []),
  'pages is an object': (d) => (d.pages = {}),
  'unknown icon': (d) => (d.pages[0].icon = 'rocket'),
  'page level': (d) => (d.pages[0].level = 12),
  'empty title': (d) => (d.pages[0].title = ''),
  'keyword as endpoint': addEndpoint('while', { type: 'custom' }),
  'keyword as attribute': addAttribute({ type: 'int' }, 'struct'),
  'macro as attribute': addAttribute({ type: 'int' }, 'EOF'),
  "device's own name": addEndpoint('session', { type: 'custom' }),
  'name with HTML': addEndpoint('<b>', { type: 'custom' }),
  'name too long': addEndpoint('n'.repeat(32), { type: 'custom' }),
  'unknown type': addEndpoint('odd', { type: 'socket' }),
  'rows out of range': addEndpoint('odd', { type: 'array', rows: 65, attributes: { a: { type: 'bool' } } }),
  'struct too large': addEndpoint('odd', { type: 'data', attributes: { a: { type: 'string', size: 200 }, b: { type: 'string', size: 57 } } }),
  'no attributes': addEndpoint('odd', { type: 'data', attributes: {} }),
  'ota under another name': addEndpoint('odd', { type: 'ota' }),
  'float': addAttribute({ type: 'float' }),
  'size out of range': addAttribute({ type: 'string', size: 257 }),
  'initial of another type': addAttribute({ type: 'bool', initial: 1 }),
  'initial outside': addAttribute({ type: 'int', max: 5, initial: 6 }),
  'min above max': addAttribute({ type: 'double', min: 2, max: 1 }),
  'option twice': addAttribute({ type: 'int', options: [1, 1] }),
  'history of a text': addAttribute({ type: 'string', history: {} }),
  'unknown element': addElement({ type: 'lever' }),
  'unknown endpoint': addElement({ type: 'toggle', value: 'nobody.knows' }),
  'unknown endpoint in a text': addElement({ type: 'text', text: '${nobody.knows}' }),
  'row outside': addElement({ type: 'text', text: '${row.index}' }),
  'expression of types': addElement({ type: 'text', text: "${device.online * 'a'}" }),
  'expression without end': addElement({ type: 'text', text: '${1 + 1' }),
  'a program in an expression': addElement({ type: 'text', text: '${fetch("/x")}' }),
  'path out of the folder': addElement({ type: 'image', src: '../../etc/passwd.png' }),
  'unknown style': addElement({ type: 'save', style: 'blinking' }),
  'control character': addElement({ type: 'text', text: 'bell \u0007' }),
  'elements is an object': (d) => (firstPanel(d).elements = {}),
  'user level': (d) => (d.access = { users: [{ name: 'admin', level: 5 }] }),
  'same user twice': (d) => (d.access = { users: [{ name: 'admin', level: 9 }, { name: 'admin', level: 1 }] }),
};

/** {text, mistake}: mistake is null, or what is wrong. */
export function randomDescription(seed) {
  const maker = new Maker(seed);
  const description = maker.make();
  const isWrong = maker.random.chance(0.2);
  const mistake = isWrong ? maker.random.pick(Object.keys(MISTAKES)) : null;
  if (mistake) MISTAKES[mistake](description);
  return { text: `${JSON.stringify(description, null, 2)}\n`, mistake };
}

// --- command line ---

function option(name, fallback) {
  const at = process.argv.indexOf(name);
  return at < 0 ? fallback : process.argv[at + 1];
}

function* several() {
  const first = Number(option('--seed', 1));
  for (let seed = first; seed < first + Number(option('--count', 200)); seed++) yield [seed, randomDescription(seed)];
}

function write(folder) {
  const expected = {};
  fs.mkdirSync(folder, { recursive: true });
  for (const [seed, { text, mistake }] of several()) {
    fs.writeFileSync(path.join(folder, `${seed}.json`), text);
    expected[seed] = mistake;
  }
  fs.writeFileSync(path.join(folder, 'expected.json'), `${JSON.stringify(expected, null, 1)}\n`);
}

function check(program) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'descriptions-'));
  let right = 0;
  let wrong = 0;
  let bad = 0;
  for (const [seed, { text, mistake }] of several()) {
    const file = path.join(folder, `${seed}.json`);
    fs.writeFileSync(file, text);
    const { status, stdout, stderr } = spawnSync(program, [file], { encoding: 'utf8' });
    if (status === (mistake ? 1 : 0) && (!mistake || stdout.includes('To do: '))) {
      mistake ? wrong++ : right++;
      continue;
    }
    bad++;
    console.log(`FAILED: seed ${seed} (${mistake ?? 'right'}): exit code ${status}: ${stdout}${stderr}`);
  }
  fs.rmSync(folder, { recursive: true });
  console.log(`random descriptions: ${right} right, ${wrong} wrong, ${bad} judged otherwise`);
  return bad === 0 && right > wrong && wrong > 0 ? 0 : 1;
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  if (option('--out')) write(option('--out'));
  else if (option('--check')) process.exit(check(option('--check')));
  else {
    const { text, mistake } = randomDescription(Number(process.argv[2] ?? 1));
    process.stdout.write(text);
    process.exitCode = mistake ? 3 : 0;
  }
}
