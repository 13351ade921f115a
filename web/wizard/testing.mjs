// testing.mjs - the wizard's pure modules for the tests. SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import * as esbuild from 'esbuild';

const here = new URL('./', import.meta.url).pathname;

/** Import modules of web/wizard as one. */
export async function load(...names) {
  const result = await esbuild.build({
    stdin: { contents: names.map((it) => `export * from './${it}';`).join(''), resolveDir: here },
    bundle: true,
    write: false,
    format: 'esm',
  });
  const source = Buffer.from(result.outputFiles[0].text).toString('base64');
  return import(`data:text/javascript;base64,${source}`);
}

export const project2 = () =>
  JSON.parse(
    readFileSync(new URL('../../examples/project2/dashboard.json', import.meta.url), 'utf8'),
  );

/** One page, one panel, nothing in it. */
export const empty = () => ({
  brand: 'Test',
  api: {},
  pages: [{ title: 'Page 1', icon: 'home', panels: [{ title: 'Panel 1', elements: [] }] }],
});
