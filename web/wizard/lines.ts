// lines.ts - lists in forms are texts with one entry per line: "value = label", "60 = good", "seconds = 5". Pure.
// SPDX-License-Identifier: Apache-2.0

type Pair = [string, string | undefined];

const pairs = (text: string): Pair[] =>
  text
    .split('\n')
    .map((it) => it.trim())
    .filter(Boolean)
    .map((line) => {
      const at = line.indexOf('=');
      if (at < 0) return [line, undefined];
      return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    });

/** What a word means: a number, true, false, a text in quotes, or the word itself. */
export function readValue(word: string): unknown {
  if (word === 'true' || word === 'false') return word === 'true';
  if (/^-?\d+(\.\d+)?(e-?\d+)?$/i.test(word)) return Number(word);
  const quoted = word.match(/^"(.*)"$/s) ?? word.match(/^'(.*)'$/s);
  return quoted ? quoted[1] : word;
}

export function writeValue(value: unknown): string {
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  const isClear =
    readValue(text) === value && text === text.trim() && !/[=\n]/.test(text) && text !== '';
  return isClear || typeof value !== 'string' ? text : `"${text}"`;
}

const listOr = (list: unknown[]): unknown => (list.length ? list : undefined);

export const readList = (text: string): unknown =>
  listOr(
    text
      .split('\n')
      .map((it) => it.trim())
      .filter(Boolean),
  );
export const writeList = (list: unknown): string =>
  Array.isArray(list) ? list.map(String).join('\n') : '';

export const readValues = (text: string): unknown =>
  listOr(
    text
      .split('\n')
      .map((it) => it.trim())
      .filter(Boolean)
      .map(readValue),
  );
export const writeValues = (list: unknown): string =>
  Array.isArray(list) ? list.map(writeValue).join('\n') : '';

export const readChoices = (text: string): unknown =>
  listOr(
    pairs(text).map(([value, label]) =>
      label === undefined ? readValue(value) : { value: readValue(value), label },
    ),
  );

export function writeChoices(list: unknown): string {
  if (!Array.isArray(list)) return '';
  return list
    .map((it) =>
      it && typeof it === 'object' ? `${writeValue(it.value)} = ${it.label}` : writeValue(it),
    )
    .join('\n');
}

export const readZones = (text: string): unknown =>
  listOr(pairs(text).map(([to, style]) => ({ to: readValue(to), style: style ?? 'good' })));
export const writeZones = (list: unknown): string =>
  Array.isArray(list) ? list.map((it) => `${it?.to} = ${it?.style}`).join('\n') : '';

export function readParameters(text: string): unknown {
  const entries = pairs(text).map(([name, value]) => [name, readValue(value ?? '')]);
  return entries.length ? Object.fromEntries(entries) : undefined;
}

export const writeParameters = (values: unknown): string =>
  values && typeof values === 'object'
    ? Object.entries(values)
        .map(([name, value]) => `${name} = ${writeValue(value)}`)
        .join('\n')
    : '';
