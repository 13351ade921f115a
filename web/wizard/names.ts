// names.ts - which names endpoints and attributes may have: they become C. SPDX-License-Identifier: Apache-2.0

// C11 6.4.1, and what <stdbool.h> makes of it.
const KEYWORDS = new Set(
  (
    'auto break case char const continue default do double else enum extern float for goto if inline int long ' +
    'register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while ' +
    'bool true false'
  ).split(' '),
);
const DEVICE = new Set(
  'login logout password events session firmware_update firmware_keys device row'.split(' '),
);

/** Why this can't be a name of C, or ''. */
export function nameMistake(name: string): string {
  if (!name) return 'A name is needed.';
  if (!/^[A-Za-z_]\w*$/.test(name))
    return 'Letters, digits and _ only, no digit first: it becomes a name in C.';
  if (name.length > 31) return 'At most 31 characters.';
  return KEYWORDS.has(name) ? `"${name}" is a word of C.` : '';
}

/** Why no endpoint can be named this, or ''. `taken`: the other endpoints' names. */
export function endpointMistake(name: string, type: string, taken: string[]): string {
  if (type === 'ota') return name === 'firmware_update' ? '' : 'It is named firmware_update.';
  if (DEVICE.has(name)) return `"${name}" belongs to the device itself.`;
  return nameMistake(name) || (taken.includes(name) ? `There is "${name}" already.` : '');
}

/** The name itself, or with the first number that is free. */
export function freeName(name: string, taken: string[]): string {
  if (!taken.includes(name)) return name;
  let number = 2;
  while (taken.includes(`${name}${number}`)) number++;
  return `${name}${number}`;
}
