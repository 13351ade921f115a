// build.mjs - a dashboard description to one gzipped page, with only what it uses.
//
//     node web/build.mjs --description examples/project2/dashboard.json --out build/web/project2/index.html.gz
//
// The same input gives the same bytes. Prints the size; more than 10,240 bytes is an error.
// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import zopfli from '@gfx/zopfli';
import * as esbuild from 'esbuild';
import { minify } from 'terser';
import { checkDescription } from './description.mjs';
import icons from './device/icons.mjs';
import { compileText } from './expression.mjs';
import { slimPreact } from './slim.mjs';

const BUDGET = 10240;
const web = new URL('.', import.meta.url).pathname;
const device = join(web, 'device');

class Mistake extends Error {}

/** The words of include/flota/error.h by name, so that the page has none of its own. */
export function readErrors() {
  const source = readFileSync(join(web, '../include/flota/error.h'), 'utf8').replace(/\\\n/g, '');
  const text = String.raw`((?:"(?:[^"\\]|\\.)*"\s*)+)`; // C joins neighbouring texts
  const row = new RegExp(String.raw`\bX\((\w+), (-\d+),\s*${text},\s*${text}\)`, 'g');
  const joined = (texts) => texts.match(/"(?:[^"\\]|\\.)*"/g).map((it) => JSON.parse(it)).join('');
  const errors = {};
  for (const [, name, code, cause, remedy] of source.matchAll(row))
    errors[name] = { code: Number(code), name, cause: joined(cause), remedy: joined(remedy) };
  const rows = source.match(/\bX\(\w+, -\d+,/g) ?? [];
  if (rows.length < 20 || rows.length !== Object.keys(errors).length)
    throw new Mistake('include/flota/error.h: the table of errors is not as expected');
  return errors;
}

const errorModule = () =>
  Object.values(readErrors())
    .map((error) => `export const ${error.name} = ${JSON.stringify(error)};`)
    .join('\n');

/** The elements that the description uses, as a map from type to component. */
function elementModule(description) {
  const where = { toggle: 'elements', text: 'elements', ota: 'ota' };
  const used = new Set(
    description.pages.flatMap((page) =>
      page.panels.flatMap((panel) => panel.elements.map((it) => it.type)),
    ),
  );
  const component = (type) => type[0].toUpperCase() + type.slice(1);
  const lines = [...used].map((type) => `import { ${component(type)} } from './${where[type]}';`);
  return `${lines.join('\n')}\nexport default { ${[...used].map((type) => `${type}: ${component(type)}`).join(', ')} };`;
}

function iconModule(description) {
  const used = new Set([
    'flota',
    ...(description.pages.length > 1 ? description.pages.map((page) => page.icon) : []),
  ]);
  return `export default ${JSON.stringify(Object.fromEntries([...used].map((name) => [name, icons[name]])))};`;
}

/** What the page needs of the description: names of endpoints to read, and texts as functions of the values. */
function descriptionModule({ brand, api, pages }) {
  const texts = [];
  const json = JSON.stringify(
    { brand, data: Object.keys(api).filter((name) => api[name].type === 'data'), pages },
    (key, value) => {
      if (key !== 'text') return value;
      return `text ${texts.push(compileText(value, api)) - 1}`;
    },
  );
  return `export default ${json.replace(/"text":"text (\d+)"/g, (_, i) => `"text":${texts[i]}`)};`;
}

export function virtualModules(description) {
  const contents = {
    description: descriptionModule(description),
    elements: elementModule(description),
    icons: iconModule(description),
    errors: errorModule(),
  };
  return {
    name: 'flota',
    setup(build) {
      build.onResolve({ filter: /^flota:/ }, ({ path }) => ({
        path: path.slice(6),
        namespace: 'flota',
      }));
      build.onLoad({ filter: /.*/, namespace: 'flota' }, ({ path }) => ({
        contents: contents[path],
        resolveDir: device,
      }));
    },
  };
}

async function bundle(description) {
  const result = await esbuild.build({
    entryPoints: [join(device, 'main.tsx')],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
    jsxFactory: 'h',
    legalComments: 'none',
    // Preact's own and the page's own.
    mangleProps: /^(_[a-z]\w+|misses|notice|picked|consents|asking|asks|seen|wrong|resumed|resumeAt)$/,
    logLevel: 'warning',
    nodePaths: [join(web, 'node_modules')],
    plugins: [virtualModules(description), slimPreact(join(web, 'node_modules'))],
  });
  // A second pass by another minifier: 2 % of the page.
  const { code } = await minify(result.outputFiles[0].text, {
    ecma: 2020,
    compress: { passes: 3, pure_getters: true, keep_fargs: false },
    format: { comments: false },
  });
  return code;
}

const hash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const escape = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

/** A page that may run its one script, use its one style sheet, and talk to its own device only. */
function makePage(description, script, style) {
  const parts = {
    policy: `default-src 'none';script-src ${hash(script)};style-src ${hash(style)};connect-src 'self';img-src data:;base-uri 'none';form-action 'none'`,
    title: escape(description.brand),
    style,
    script,
  };
  const template = readFileSync(join(device, 'index.html'), 'utf8')
    .replace(/<!-- .*? -->\n/, '')
    .replace(/\n(?=<)/g, '');
  return template.replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);
}

function readDescription(path) {
  try {
    const description = JSON.parse(readFileSync(path, 'utf8'));
    const mistakes = checkDescription(description, icons);
    if (!mistakes.length) return description;
    throw new Error(mistakes.join(`\n${path}: `));
  } catch (error) {
    throw new Mistake(`${path}: ${error.message}`);
  }
}

export async function buildPage(path) {
  const description = readDescription(path);
  const script = await bundle(description);
  if (/<\/script/i.test(script)) throw new Mistake('a text may not hold "</script"');
  const style = await esbuild.transform(readFileSync(join(device, 'style.css'), 'utf8'), {
    loader: 'css',
    minify: true,
  });
  return makePage(description, script, style.code.trim());
}

/** Gzip by Zopfli: 4 % smaller than gzip -9, and the same bytes everywhere (no time, no system in its header). */
export function compress(html) {
  return zopfli.gzipAsync(Buffer.from(html), { numiterations: 15 });
}

async function main() {
  const { values } = parseArgs({
    options: { description: { type: 'string' }, out: { type: 'string' } },
  });
  if (!values.description || !values.out)
    throw new Mistake('usage: node web/build.mjs --description FILE --out FILE');
  const bytes = await compress(await buildPage(values.description));
  mkdirSync(dirname(values.out), { recursive: true });
  writeFileSync(values.out, bytes);
  console.log(`page: ${values.out} ${bytes.length} bytes of ${BUDGET}`);
  if (bytes.length > BUDGET)
    throw new Mistake(`the page is ${bytes.length - BUDGET} bytes over its budget`);
}

if (process.argv[1] && import.meta.url.endsWith(process.argv[1].split('/').pop())) {
  main().catch((error) => {
    console.error(error instanceof Mistake ? `build: ${error.message}` : error);
    process.exitCode = 1;
  });
}
