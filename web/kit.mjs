// kit.mjs - compiles the device page once, for all projects: the pieces that `flota generate` composes pages of.
//
//     node web/kit.mjs --out build/web/kit.json
//
// All features are minified as one program, so that names agree; then its top-level statements are taken apart, and
// for each it is found out which features reach it. A feature begins at its registrations, `E.slider = ...` or
// `D.tooltip = ...`; E.ota_drop belongs to `ota`. web/KIT.md has the format. The same sources give the same bytes.
// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'acorn';
import * as esbuild from 'esbuild';
import { minify } from 'terser';
import icons from './device/icons.mjs';
import { freeNames } from './scope.mjs';

const web = new URL('.', import.meta.url).pathname;
const device = join(web, 'device');
const EVERY = '*';

/** The whole page as one minified program, its top-level statements in order. */
async function compile() {
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(device, 'all.ts')],
    bundle: true,
    write: false,
    minifySyntax: true,
    minifyWhitespace: true,
    format: 'esm',
    target: 'es2022',
    charset: 'utf8',
    jsxFactory: 'h',
    legalComments: 'none',
    mangleProps: /^_/,
    logLevel: 'warning',
  });
  const { code } = await minify(outputFiles[0].text, {
    ecma: 2020,
    compress: { passes: 3, pure_getters: true, keep_fargs: false, toplevel: true, module: true, unsafe_arrows: true, lhs_constants: false },
    mangle: { toplevel: true, reserved: ['E', 'D'] },
    format: { comments: false },
  });
  return code.replace(/(?<=\w\("\w+",)null(?=[,)])/g, '0'); // no attributes
}

/** Minifiers join what stands side by side: back to one declaration or expression for each. */
function takeApart(code) {
  const text = ({ start, end }) => code.slice(start, end);
  return parse(code, { ecmaVersion: 2022, sourceType: 'module' }).body.flatMap((it) => {
    if (it.type === 'ExportNamedDeclaration') return [];
    if (it.type === 'VariableDeclaration')
      return it.declarations.map((one) => ({ node: one, text: text(one), isLet: true, name: one.id.name }));
    if (it.type === 'FunctionDeclaration') return [{ node: it, text: text(it), name: it.id.name }];
    if (it.type !== 'ExpressionStatement') throw new Error(`kit: a ${it.type} at the top: ${text(it)}`);
    const expressions = it.expression.type === 'SequenceExpression' ? it.expression.expressions : [it.expression];
    return expressions.map((one) => ({ node: one, text: `${text(one)};`, feature: featureOf(one, text(one)) }));
  });
}

/** E.ota_drop = ...: "ota". What is no registration would be lost or run in every page: an error. */
function featureOf({ type, left }, text) {
  const name = type === 'AssignmentExpression' && /^[ED]$/.test(left.object?.name) && left.property.name;
  if (!name) throw new Error(`kit: a statement at the top that is no registration: ${text}`);
  return left.object.name === 'E' && name === 'start' ? EVERY : name.split('_')[0];
}

/** Each statement with the features that reach it. */
function findNeeds(statements) {
  const byName = new Map(statements.filter((it) => it.name).map((it) => [it.name, it]));
  for (const it of statements) {
    it.uses = [...freeNames(it.node)].filter((name) => byName.has(name)).map((name) => byName.get(name));
    it.needs = new Set();
  }
  const reach = (it, feature) => {
    if (it.needs.has(feature)) return;
    it.needs.add(feature);
    it.uses.forEach((used) => reach(used, feature));
  };
  for (const it of statements) if (it.feature) reach(it, it.feature);
}

const listed = (needs) => (needs.has(EVERY) ? [EVERY] : [...needs].sort());

/** Neighbours with the same needs are one piece, neighbouring declarations in it one statement. */
function joinNeighbours(statements) {
  const pieces = [];
  let isOpen = false;
  for (const { text, isLet = false, needs } of statements) {
    const last = pieces.at(-1);
    const isSame = last?.needs.join() === needs.join();
    if (isOpen) last.text += isSame && isLet ? ',' : ';';
    const begun = isLet && !(isSame && isOpen) ? `let ${text}` : text;
    if (isSame) last.text += begun;
    else pieces.push({ text: begun, needs });
    isOpen = isLet;
  }
  if (isOpen) pieces.at(-1).text += ';';
  return pieces;
}

/** The style sheet: `/* for: slider input * /` begins what only these need. */
async function styles() {
  const source = readFileSync(join(device, 'style.css'), 'utf8');
  const [first, ...parts] = source.split(/^\/\* for: /m);
  const sections = [['*', first], ...parts.map((part) => part.split(/ \*\/\n([^]*)/))];
  const pieces = [];
  for (const [needs, text] of sections) {
    const { code } = await esbuild.transform(text, { loader: 'css', minify: true, target: 'chrome125', charset: 'utf8' });
    pieces.push({ text: tight(code), needs: needs.split(' ').sort() });
  }
  return pieces;
}

/** The minifier leaves the values of custom properties as they are. */
const tight = (css) => css.trim().replace(/(--\w+): /g, '$1:').replace(/, /g, ',');

export async function makeKit() {
  const statements = takeApart(await compile());
  findNeeds(statements);
  const scripts = statements
    .filter(({ needs }) => needs.size)
    .map((it) => ({ ...it, needs: listed(it.needs) }));
  const styleSheet = await styles();
  const features = new Set([...scripts, ...styleSheet].flatMap(({ needs }) => needs));
  features.delete(EVERY);
  return {
    version: 1,
    html: readFileSync(join(device, 'index.html'), 'utf8')
      .replace(/<!-- .*? -->\n/, '')
      .replace(/\n(?=<|$)/g, ''),
    scripts: joinNeighbours(scripts),
    styles: styleSheet,
    start: 'E.start({{description}})',
    icons,
    features: [...features].sort(),
  };
}

async function main() {
  const { values } = parseArgs({ options: { out: { type: 'string' } } });
  if (!values.out) throw new Error('usage: node web/kit.mjs --out FILE');
  const kit = await makeKit();
  mkdirSync(dirname(values.out), { recursive: true });
  writeFileSync(values.out, `${JSON.stringify(kit, null, 1)}\n`);
  console.log(`kit: ${values.out}, ${kit.scripts.length} + ${kit.styles.length} pieces, ${kit.features.length} features`);
}

if (process.argv[1]?.endsWith('kit.mjs')) {
  main().catch((error) => {
    console.error(error);
    process.exitCode = 1;
  });
}
