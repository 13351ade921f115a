// description.mjs - checks a dashboard description: each mistake is named with its place.
// SPDX-License-Identifier: Apache-2.0
import { compileText } from './expression.mjs';

const TYPES = ['bool', 'int', 'double', 'string'];
const NAME = /^[A-Za-z_]\w*$/;
// What an element may hold, and what it must.
const ELEMENTS = {
  toggle: { title: true, value: true, text: false, tooltip: false },
  text: { text: true, tooltip: false },
  ota: { endpoint: true },
};

class Checker {
  errors = [];

  fail(place, text) {
    this.errors.push(`${place}: ${text}`);
  }

  /** An object with no other keys than known ones (key: required). */
  object(place, value, keys) {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) {
      this.fail(place, 'must be an object');
      return false;
    }
    for (const key of Object.keys(value)) {
      if (!Object.hasOwn(keys, key))
        this.fail(place, `unknown key "${key}"; known: ${Object.keys(keys).join(', ')}`);
    }
    for (const key of Object.keys(keys)) {
      if (keys[key] && !Object.hasOwn(value, key)) this.fail(place, `"${key}" is missing`);
    }
    return true;
  }

  list(place, value) {
    if (Array.isArray(value) && value.length) return value;
    this.fail(place, 'must be a list with at least one entry');
    return [];
  }

  text(place, value) {
    if (value !== undefined && (typeof value !== 'string' || !value))
      this.fail(place, 'must be a text');
  }
}

function checkApi(checker, api) {
  if (api === null || typeof api !== 'object' || Array.isArray(api)) {
    checker.fail('api', 'must be an object');
    return;
  }
  for (const [name, endpoint] of Object.entries(api)) {
    const place = `api.${name}`;
    if (!NAME.test(name)) checker.fail(place, 'the name must be one of C: letters, digits, _');
    if (!checker.object(place, endpoint, { type: true, attributes: false })) continue;
    if (!['data', 'ota'].includes(endpoint.type))
      checker.fail(`${place}.type`, 'must be "data" or "ota"');
    if (endpoint.type === 'ota' && name !== 'firmware_update')
      checker.fail(place, 'an ota endpoint is named firmware_update');
    if (endpoint.type === 'data') checkAttributes(checker, place, endpoint.attributes);
  }
}

function checkAttributes(checker, place, attributes) {
  if (attributes === null || typeof attributes !== 'object' || !Object.keys(attributes).length) {
    checker.fail(`${place}.attributes`, 'a data endpoint needs at least one');
    return;
  }
  for (const [name, attribute] of Object.entries(attributes)) {
    const at = `${place}.attributes.${name}`;
    if (!NAME.test(name)) checker.fail(at, 'the name must be one of C: letters, digits, _');
    if (
      !checker.object(at, attribute, {
        type: true,
        read_only: false,
        size: attribute?.type === 'string',
      })
    )
      continue;
    if (!TYPES.includes(attribute.type))
      checker.fail(`${at}.type`, `must be one of ${TYPES.join(', ')}`);
  }
}

function checkElement(checker, place, element, api) {
  const keys = ELEMENTS[element?.type];
  if (!keys) {
    checker.fail(`${place}.type`, `must be one of ${Object.keys(ELEMENTS).join(', ')}`);
    return;
  }
  checker.object(place, element, { type: true, ...keys });
  for (const key of ['title', 'text', 'tooltip']) checker.text(`${place}.${key}`, element[key]);
  if (element.endpoint && api[element.endpoint]?.type !== 'ota') {
    checker.fail(`${place}.endpoint`, `api has no ota endpoint "${element.endpoint}"`);
  }
  if (element.value !== undefined) {
    const [endpoint, attribute, more] = String(element.value).split('.');
    const found = api[endpoint]?.attributes?.[attribute];
    if (!found || more !== undefined)
      checker.fail(`${place}.value`, `api has no attribute "${element.value}"`);
    else if (found.type !== 'bool' || found.read_only)
      checker.fail(`${place}.value`, 'a toggle needs a bool that can be written');
  }
  if (typeof element.text !== 'string') return;
  try {
    compileText(element.text, api);
  } catch (error) {
    checker.fail(`${place}.text`, error.message);
  }
}

/** Returns a list of mistakes, empty when the description is right. */
export function checkDescription(description, icons) {
  const checker = new Checker();
  if (!checker.object('description', description, { brand: true, api: true, pages: true }))
    return checker.errors;
  checker.text('brand', description.brand);
  checkApi(checker, description.api);
  if (checker.errors.length) return checker.errors;
  checker.list('pages', description.pages).forEach((page, i) => {
    const place = `pages[${i}]`;
    if (!checker.object(place, page, { title: true, icon: true, panels: true })) return;
    checker.text(`${place}.title`, page.title);
    if (!Object.hasOwn(icons, page.icon))
      checker.fail(`${place}.icon`, `must be one of ${Object.keys(icons).join(', ')}`);
    checker.list(`${place}.panels`, page.panels).forEach((panel, j) => {
      const at = `${place}.panels[${j}]`;
      if (!checker.object(at, panel, { title: false, elements: true })) return;
      checker.text(`${at}.title`, panel.title);
      checker
        .list(`${at}.elements`, panel.elements)
        .forEach((element, k) =>
          checkElement(checker, `${at}.elements[${k}]`, element, description.api),
        );
    });
  });
  return checker.errors;
}
