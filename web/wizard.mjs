// wizard.mjs - builds the wizard (web/wizard) to one gzipped HTML file.
//
//     node web/wizard.mjs --out build/web/wizard.html.gz
//
// The same input gives the same bytes. The page runs its one hashed script, asks its own server only, and frames pages of
// this computer only. CodeMirror writes style elements: styles may be inline.
// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import zopfli from '@gfx/zopfli';
import * as esbuild from 'esbuild';

const web = new URL('.', import.meta.url).pathname;
const wizard = join(web, 'wizard');

async function bundle() {
  const result = await esbuild.build({
    entryPoints: [join(wizard, 'main.tsx')],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    // The device's page holds an older Preact; all of the wizard uses its own.
    alias: { preact: 'preact-wizard' },
    legalComments: 'none',
    logLevel: 'warning',
    nodePaths: [join(web, 'node_modules')],
  });
  return result.outputFiles[0].text.trim().replace(/<\/(script)/gi, '<\\/$1');
}

async function styles() {
  const source = readFileSync(join(wizard, 'style.css'), 'utf8');
  const { code } = await esbuild.transform(source, {
    loader: 'css',
    minify: true,
    target: 'es2022',
  });
  return code.trim();
}

const hash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

export async function buildWizard() {
  const script = await bundle();
  const parts = {
    policy: [
      "default-src 'none'",
      `script-src ${hash(script)}`,
      "style-src 'unsafe-inline'",
      "connect-src 'self'",
      'img-src data:',
      'frame-src http://127.0.0.1:* http://localhost:*',
      "base-uri 'none'",
      "form-action 'none'",
    ].join(';'),
    style: await styles(),
    script,
  };
  const template = readFileSync(join(wizard, 'index.html'), 'utf8').replace(/<!-- .*? -->\n/, '');
  return template.replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);
}

async function main() {
  const { values } = parseArgs({ options: { out: { type: 'string' } } });
  if (!values.out) throw new Error('usage: node web/wizard.mjs --out FILE');
  const bytes = await zopfli.gzipAsync(Buffer.from(await buildWizard()), { numiterations: 5 });
  mkdirSync(dirname(values.out), { recursive: true });
  writeFileSync(values.out, bytes);
  console.log(`wizard: ${values.out} ${bytes.length} bytes`);
}

if (process.argv[1] && import.meta.url.endsWith(process.argv[1].split('/').pop())) {
  main().catch((error) => {
    console.error(`wizard: ${error.message}`);
    process.exitCode = 1;
  });
}
