// scope.mjs - which names a piece of a program takes from outside. SPDX-License-Identifier: Apache-2.0

/** The names that a pattern declares: a, {b, c: [d]}, ...e, f = 1. */
function* declared(pattern) {
  if (!pattern) return;
  if (pattern.type === 'Identifier') yield pattern.name;
  else if (pattern.type === 'ObjectPattern') for (const it of pattern.properties) yield* declared(it.value ?? it.argument);
  else if (pattern.type === 'ArrayPattern') for (const it of pattern.elements) yield* declared(it);
  else yield* declared(pattern.left ?? pattern.argument);
}

const isNode = (it) => typeof it?.type === 'string';
const isFunction = ({ type }) => /Function/.test(type);
const children = (node) => Object.values(node).flat().filter(isNode);

/** `var` belongs to the function, wherever it stands in it. */
function* vars(node) {
  if (node.type === 'VariableDeclaration' && node.kind === 'var')
    for (const { id } of node.declarations) yield* declared(id);
  for (const child of children(node)) if (!isFunction(child)) yield* vars(child);
}

/** What a block or a loop's head declares for itself. */
function* lexical(node) {
  const statements = node.type === 'BlockStatement' ? node.body : [node.init, node.left];
  for (const it of statements.filter(isNode)) {
    if (it.type === 'VariableDeclaration') for (const { id } of it.declarations) yield* declared(id);
    if (/^(Function|Class)Declaration$/.test(it.type)) yield it.id.name;
  }
}

function namesOf(node) {
  if (isFunction(node)) {
    const own = [...node.params.flatMap((it) => [...declared(it)]), ...vars(node.body)];
    return node.id ? [...own, node.id.name] : own;
  }
  if (node.type === 'CatchClause') return [...declared(node.param)];
  return /^(BlockStatement|For)/.test(node.type) ? [...lexical(node)] : [];
}

function walk(node, bound, found) {
  if (node.type === 'Identifier') {
    if (!bound.has(node.name)) found.add(node.name);
    return;
  }
  const names = namesOf(node);
  const inner = names.length ? new Set([...bound, ...names]) : bound;
  const isKey = (child) =>
    (node.type === 'MemberExpression' && child === node.property && !node.computed) ||
    (/^(Property|PropertyDefinition)$/.test(node.type) && child === node.key && child !== node.value && !node.computed);
  for (const child of children(node)) if (!isKey(child)) walk(child, inner, found);
}

/** Free names of an AST of acorn. */
export function freeNames(node) {
  const found = new Set();
  walk(node, new Set(), found);
  return found;
}
