// mock.mjs - a pretended `flota wizard` for work on its page without the C server. Not part of any product.
//
//     node web/wizard/mock.mjs --port 8010 --description examples/project2/dashboard.json
//
// It checks little, its live page is a sketch, its jobs are invented.
// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { buildWizard } from '../wizard.mjs';

const { values: options } = parseArgs({
  options: { port: { type: 'string', default: '8010' }, description: { type: 'string' } },
});
const port = Number(options.port);
const repository = new URL('../../', import.meta.url).pathname;
const project2 = readFileSync(`${repository}examples/project2/dashboard.json`, 'utf8');
const minimal = readFileSync(`${repository}examples/project1/dashboard.json`, 'utf8');
const icons = (await import('../device/icons.mjs')).default;
let live = JSON.parse(project2);
let html = await buildWizard();
const listeners = new Set();
const tell = (event) => listeners.forEach((it) => it.write(`data: ${JSON.stringify(event)}\n\n`));
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

const settings = {
  name: 'pump',
  product: 'pump',
  version: '0.1.0',
  board: 'stm32h745i-disco',
  address: 'dhcp',
  auth: { kind: 'none' },
  confirm: 'automatic',
  signatures: 'optional',
  modules: ['ota-http-server', 'rpc-http', 'dash'],
};
const templates = [
  {
    id: 'minimal',
    title: 'Project 1',
    text: 'One page with the firmware update.',
    description: minimal,
  },
  {
    id: 'project2',
    title: 'Project 2',
    text: 'LED and backlight, and the firmware update.',
    description: project2,
  },
];

/** Mistakes that are easy to see: bindings to nowhere. */
function check(text) {
  let description;
  try {
    description = JSON.parse(text);
  } catch (error) {
    return { errors: [{ line: 1, column: 1, path: '', message: error.message, remedy: '' }] };
  }
  const errors = [];
  const known = (name) => {
    const [endpoint, attribute] = name.split('.');
    return endpoint === 'row' || description.api[endpoint]?.attributes?.[attribute];
  };
  const look = (elements, list) =>
    elements.forEach((it, i) => {
      const path = `${list}/${i}`;
      const line = text
        .slice(0, Math.max(0, text.indexOf(JSON.stringify(it.value ?? it.type))))
        .split('\n').length;
      if (it.value && !known(it.value))
        errors.push({
          line,
          column: 1,
          path: `${path}/value`,
          message: `There is no ${it.value}.`,
          remedy: 'Choose a value.',
        });
      look(it.elements ?? [], `${path}/elements`);
    });
  if (!description.brand)
    errors.push({
      line: 2,
      column: 3,
      path: 'brand',
      message: 'The brand is empty.',
      remedy: 'Give it a text.',
    });
  description.pages.forEach((page, i) =>
    page.panels.forEach((panel, j) => look(panel.elements, `pages/${i}/panels/${j}/elements`)),
  );
  if (!errors.length) live = description;
  const endpoints = Object.entries(description.api).map(([name, it]) => ({
    name,
    type: it.type,
    rest: [
      { method: 'GET', path: `/api/${name}`, example: '{"state":false}' },
      { method: 'POST', path: `/api/${name}`, example: '{"state":true}' },
    ],
    struct:
      it.attributes &&
      `struct ${name} {\n${Object.keys(it.attributes)
        .map((key) => `    bool ${key};\n`)
        .join('')}};`,
    register: it.attributes && `flota_set_http_handlers(${name}, my_get_${name}, my_set_${name});`,
    code:
      it.attributes &&
      `static void my_get_${name}(struct ${name} *data)\n{\n}\n\nstatic void my_set_${name}(struct ${name} *data)\n{\n}`,
  }));
  return { errors, page: { bytes: 6800 + text.length / 4 }, endpoints };
}

let jobs = 0;
async function job(what, ports = []) {
  const number = ++jobs;
  const say = (more) => tell({ job: number, what, ...more });
  if (what === 'sim') {
    say({ line: 'flota sim: http://127.0.0.1:8123' });
    return tell({ sim: { http: 'http://127.0.0.1:8123/', board: 'http://127.0.0.1:8124/' } });
  }
  if (what !== 'send') {
    for (let i = 1; i < 9; i++) {
      say({ line: `[${i}/8] ${what} src/file_${i}.c` });
      await wait(120);
    }
    return say({ exit: 0 });
  }
  await Promise.all(
    ports.map(async (device, i) => {
      const report = (event, more) => say({ event: { ...more, event, device } });
      report('phase', { phase: 'checking' });
      await wait(200 + i * 60);
      report('phase', { phase: 'receiving' });
      for (let percent = 10; percent <= 100; percent += 10) {
        await wait(60 + i * 50);
        report('progress', { percent });
      }
      for (const phase of ['verifying', 'restarting', 'trial']) {
        report('phase', { phase });
        await wait(500);
      }
      if (i % 3 !== 2)
        return report('result', { outcome: 'confirmed', exit: 0, text: 'pump 0.2.0' });
      const error = {
        code: -1,
        what: 'the new firmware was given up',
        why: 'it hung: the watchdog ended it three times',
        remedy: 'Look at its console.',
        running: 'pump 0.1.0 runs again.',
      };
      report('result', { outcome: 'rolled-back', exit: 4, error });
    }),
  );
  say({ exit: 0 });
}

const sketch =
  () => `<!doctype html><meta name="viewport" content="width=device-width"><style>:root{color-scheme:light dark;--p:#f3f2ec;--c:#fdfcf8;--i:#14242b}
@media(prefers-color-scheme:dark){:root{--p:#0e171b;--c:#16222a;--i:#e4ebea}}body{margin:0;font:16px system-ui;background:var(--p);color:var(--i)}header,section{background:var(--c);padding:16px;margin-bottom:16px}
.s{outline:3px solid #0b6770}div{padding:10px}</style><body><script>
const d=${JSON.stringify(live).replaceAll('<', '\\u003c')};let n=+location.hash.slice(1)||0,s='';
const post=m=>parent.postMessage(m,'*');const el=(e,p)=>'<div data-p="'+p+'">'+e.type+': '+(e.title??e.text??'')+(e.elements??[]).map((x,i)=>el(x,p+'/elements/'+i)).join('')+'</div>';
function draw(){const g=d.pages[n]||d.pages[0];document.body.innerHTML='<header><b>'+d.brand+'</b> '+d.pages.map((x,i)=>'<button data-n='+i+'>'+x.title+'</button>').join(' ')+'</header>'+g.panels.map((x,j)=>'<section data-p="pages/'+n+'/panels/'+j+'"><b>'+(x.title??'')+'</b>'+x.elements.map((e,k)=>el(e,'pages/'+n+'/panels/'+j+'/elements/'+k)).join('')+'</section>').join('');document.querySelector('[data-p="'+s+'"]')?.classList.add('s')}
onclick=({target:t})=>{if(t.dataset.n){n=+t.dataset.n;draw();post({flota:'page',page:n})}const p=t.closest('[data-p]');if(p)post({flota:'pick',path:p.dataset.p})};
onmessage=({data:m})=>{if(m.flota==='select'){s=m.path;const g=s.match(/^pages\\/(\\d+)/);if(g)n=+g[1];draw()}};draw();post({flota:'ready'})</script>`;

createServer((request, response) =>
  response.setHeader('Content-Type', 'text/html').end(sketch()),
).listen(port + 1);

createServer(async (request, response) => {
  const path = request.url.replace(/^\/t\//, '').split('?')[0];
  let body = '';
  for await (const chunk of request) body += chunk;
  const reply = (value) =>
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify(value));
  const asked = () => JSON.parse(body);
  if (path === '')
    return response.setHeader('Content-Type', 'text/html').end((html = await buildWizard()));
  if (path === 'api/project')
    return reply({
      folder: '/home/me/pump',
      name: 'pump',
      preview: `http://127.0.0.1:${port + 1}/`,
      description: options.description ? readFileSync(options.description, 'utf8') : minimal,
      settings,
      files: { 'main.c': true, 'dashboard.json': true, 'flota.yml': true },
      problem: null,
      digest: '',
      templates,
      boards: ['stm32h745i-disco', 'host'],
      icons,
    });
  if (path === 'api/check') return reply(check(body));
  if (path === 'api/template')
    return reply({
      description: templates.find((it) => it.id === asked().id).description,
      settings,
    });
  if (path === 'api/save') return reply({ written: ['dashboard.json', 'flota.yml'], digest: '' });
  if (path === 'api/export') return response.end('PK');
  if (path === 'api/run') {
    const { what, ports } = asked();
    if (what === 'stop') return reply(tell({ sim: null }) ?? {});
    if (what === 'try') job('build').then(() => job('sim'));
    else job(what, ports);
    return reply({ job: jobs });
  }
  if (path === 'api/events') {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write('data: {"sim":null}\n\n');
    listeners.add(response);
    return request.on('close', () => listeners.delete(response));
  }
  response.writeHead(404).end('{"error":{"cause":"There is no such page.","remedy":""}}');
}).listen(port, () => console.log(`http://127.0.0.1:${port}/t/`));
