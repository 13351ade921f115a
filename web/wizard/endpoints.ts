// endpoints.ts - changes of a description's API: renaming and removing take the page along. Pure.
// SPDX-License-Identifier: Apache-2.0
import { freshEndpoint } from './catalog';
import { freeName } from './names';
import { changeReferences, type Name } from './references';
import type { Attribute, Description, Element, Endpoint } from './types';

/** The same object with one key renamed, in the same order. */
function renameKey<T>(object: Record<string, T>, from: string, to: string): Record<string, T> {
  return Object.fromEntries(
    Object.entries(object).map(([key, it]) => [key === from ? to : key, it]),
  );
}

function withEndpoint(description: Description, name: string, endpoint: Endpoint): Description {
  return { ...description, api: { ...description.api, [name]: endpoint } };
}

export function addEndpoint(
  description: Description,
  type: string,
): { description: Description; name: string } {
  const names: Record<string, string> = {
    ota: 'firmware_update',
    file: 'files',
    array: 'rows',
    events: 'messages',
  };
  const name = freeName(
    names[type] ?? (type === 'local' ? 'here' : type),
    Object.keys(description.api),
  );
  return { description: withEndpoint(description, name, freshEndpoint(type)), name };
}

export function renameEndpoint(description: Description, from: string, to: string): Description {
  if (from === to || !Object.hasOwn(description.api, from)) return description;
  const after = changeReferences(description, (name) =>
    name.endpoint === from ? { ...name, endpoint: to } : name,
  );
  return { ...after, api: renameKey(description.api, from, to) };
}

/** Remove an endpoint, the elements made for it, and each ${...} that speaks of it. */
export function removeEndpoint(description: Description, name: string): Description {
  const after = changeReferences(description, (it) => (it.endpoint === name ? null : it));
  const { [name]: _, ...api } = description.api;
  return { ...after, api };
}

export function setEndpointKey(
  description: Description,
  name: string,
  key: string,
  value: unknown,
): Description {
  const { [key]: _, ...rest } = description.api[name];
  const before = Object.hasOwn(description.api[name], key);
  if (value === undefined) return withEndpoint(description, name, rest as Endpoint);
  const endpoint = before ? { ...description.api[name], [key]: value } : { ...rest, [key]: value };
  return withEndpoint(description, name, endpoint as Endpoint);
}

// --- attributes ---

const attributesOf = (description: Description, name: string): Record<string, Attribute> =>
  description.api[name]?.attributes ?? {};

export function addAttribute(
  description: Description,
  name: string,
): { description: Description; attribute: string } {
  const attributes = attributesOf(description, name);
  const attribute = freeName('value', Object.keys(attributes));
  const fresh: Attribute = { type: description.api[name].type === 'local' ? 'bool' : 'int' };
  if (description.api[name].type === 'local') fresh.initial = false;
  const after = setEndpointKey(description, name, 'attributes', {
    ...attributes,
    [attribute]: fresh,
  });
  return { description: after, attribute };
}

const isIt = (name: Name, endpoint: string, attribute: string): boolean =>
  name.endpoint === endpoint && name.attribute === attribute;

export function renameAttribute(
  description: Description,
  endpoint: string,
  from: string,
  to: string,
): Description {
  if (from === to) return description;
  const attributes = renameKey(attributesOf(description, endpoint), from, to);
  const after = changeReferences(description, (it) =>
    isIt(it, endpoint, from) ? { endpoint, attribute: to } : it,
  );
  return setEndpointKey(after, endpoint, 'attributes', attributes);
}

export function removeAttribute(
  description: Description,
  endpoint: string,
  attribute: string,
): Description {
  const { [attribute]: _, ...attributes } = attributesOf(description, endpoint);
  const after = changeReferences(description, (it) => (isIt(it, endpoint, attribute) ? null : it));
  const left = Object.keys(attributes).length ? attributes : undefined;
  const isOptional = description.api[endpoint].type === 'action';
  return setEndpointKey(after, endpoint, 'attributes', left ?? (isOptional ? undefined : {}));
}

// What an attribute of a type may say.
const KEYS: Record<string, string[]> = {
  bool: ['read_only', 'initial'],
  int: ['read_only', 'initial', 'min', 'max', 'options', 'history'],
  double: ['read_only', 'initial', 'min', 'max', 'history'],
  string: ['read_only', 'initial', 'size', 'options', 'secret'],
};

export const mayHave = (type: string, key: string): boolean => KEYS[type]?.includes(key) ?? false;

/** Set one key of an attribute; another type drops what does not fit it. */
export function setAttributeKey(
  description: Description,
  endpoint: string,
  attribute: string,
  key: string,
  value: unknown,
): Description {
  const attributes = attributesOf(description, endpoint);
  let after: Attribute = { ...attributes[attribute], [key]: value };
  if (value === undefined) delete after[key];
  if (key === 'type') {
    const kept = Object.entries(after).filter(
      ([it]) =>
        it === 'type' || (it !== 'initial' && it !== 'options' && mayHave(String(value), it)),
    );
    after = Object.fromEntries(kept) as Attribute;
  }
  return setEndpointKey(description, endpoint, 'attributes', { ...attributes, [attribute]: after });
}

// --- what elements can be bound to ---

/** The attributes that an element may show or change: "leds.state", and "row.name" inside a repeated container. */
export function valuesFor(description: Description, types: string[], rows?: string): string[] {
  const fits = ([, it]: [string, Attribute]) => types.includes(it.type);
  const own = Object.entries(attributesOf(description, rows ?? ''))
    .filter(fits)
    .map(([key]) => `row.${key}`);
  const others = Object.entries(description.api)
    .filter(([, it]) => it.type === 'data' || it.type === 'local')
    .flatMap(([name, it]) =>
      Object.entries(it.attributes ?? {})
        .filter(fits)
        .map(([key]) => `${name}.${key}`),
    );
  return [...own, ...others];
}

export const endpointsFor = (description: Description, types: string[]): string[] =>
  Object.keys(description.api).filter((name) => types.includes(description.api[name].type));

/** The endpoints that an element is bound to. */
export function endpointsOf(element: Element): string[] {
  const named = [element.action, element.endpoint, element.repeat];
  const values = [element.value, ...(Array.isArray(element.values) ? element.values : [])];
  const names = [
    ...named,
    ...values.map((it) => (typeof it === 'string' ? it.split('.')[0] : undefined)),
  ];
  return [...new Set(names.filter((it): it is string => typeof it === 'string' && it !== 'row'))];
}
