// format.ts - the description as JSON that people like to read: small objects on one line.
// SPDX-License-Identifier: Apache-2.0

const WIDTH = 100;

function isSmall(value: unknown, depth: number): boolean {
  if (value === null || typeof value !== 'object') return true;
  return depth > 0 && Object.values(value).every((it) => isSmall(it, depth - 1));
}

function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const pairs = Object.entries(value)
    .filter(([, it]) => it !== undefined)
    .map(([key, it]) => `${JSON.stringify(key)}: ${oneLine(it)}`);
  return pairs.length ? `{ ${pairs.join(', ')} }` : '{}';
}

function write(value: unknown, indent: string, before: number): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const line = oneLine(value);
  if (indent && isSmall(value, 3) && indent.length + before + line.length <= WIDTH) return line;
  const inner = `${indent}  `;
  const isList = Array.isArray(value);
  const rows = Object.entries(value)
    .filter(([, it]) => it !== undefined)
    .map(([key, it]) => {
      const name = isList ? '' : `${JSON.stringify(key)}: `;
      return `${inner}${name}${write(it, inner, name.length)}`;
    });
  if (!rows.length) return isList ? '[]' : '{}';
  return `${isList ? '[' : '{'}\n${rows.join(',\n')}\n${indent}${isList ? ']' : '}'}`;
}

export const format = (description: unknown): string => `${write(description, '', 0)}\n`;
