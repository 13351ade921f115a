// slim.mjs - leaves out of Preact what the device page never asks of it: half of the library.
//
// The page draws itself whole, by function components without state, context, hooks or error boundaries, and takes
// over nothing that is in the document already. Each rule says one consequence of that, and must match the pinned
// version's source, else the build stops: nothing is left out by guess. The minifiers then drop what can no longer be
// reached. Left in is the check that a node was made here: an object from the device's JSON is never drawn.
// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const OF_CLASSES = [
  'componentWillMount',
  'componentDidMount',
  'componentWillReceiveProps',
  'shouldComponentUpdate',
  'componentWillUpdate',
  'componentDidUpdate',
  'componentWillUnmount',
  'getDerivedStateFromProps',
  'getChildContext',
  'getSnapshotBeforeUpdate',
  'contextType',
];

// Parameters that always hold nothing, and arguments: the sources have each in a line of its own.
const EMPTY = [/^\t+(isHydrating,?|excessDomChildren,|globalContext,|commitQueue,)$/gm, ''];

// File in preact/src: what is found, what stands there instead.
const RULES = {
  'component.js': [
    // No setState(): a component is drawn by what holds it.
    [/\tthis\.context = context;/g, ''],
    [/Component\.prototype\.\w+ = (function[^]*?\n\};|Fragment;)/g, ''],
    [/^const defer =[^]*?;|^process\._rerenderCount = 0;/gm, ''],
    [/options\.\w+/g, 'undefined'],
  ],
  'create-element.js': [
    [/\w+\.defaultProps != null/g, 'false'],
    [/options\.vnode != null/g, 'false'],
    [/_hydrating: null,|_original: .*|_depth: 0,/g, ''],
  ],
  'diff/index.js': [
    // No error boundary: an error ends the drawing.
    [/options\._catchError\((\w+), .*\);/g, 'throw $1;'],
    [/\(tmp = options\.\w+\)|options\.\w+/g, 'undefined'],
    [new RegExp(String.raw`\b\w+\.(${OF_CLASSES.join('|')})\b`, 'g'), 'undefined'],
    [/'prototype' in newType && newType\.prototype\.render/g, 'false'],
    [/let \w+Html = .*;|if \(newHtml \|\| oldHtml\) \{[^]*?\n\t{3}\}/g, ''],
    [/if \(newHtml\)/g, 'if (false)'],
    // Nothing is taken over from HTML that is there already.
    EMPTY,
    [/excessDomChildren\n\t+\? excessDomChildren\[0\]\n\t+: /g, ''],
    [/\b(isHydrating|excessDomChildren|\w+\._hydrating) = .*;/g, ''],
    [/!isHydrating\b|excessDomChildren == null/g, 'true'],
    [/isHydrating \|\| |, isHydrating(?=\))/g, ''],
    [/excessDomChildren != null|\w+\._hydrating != null/g, 'false'],
    [/newVNode\._original === oldVNode\._original/g, 'false'],
    [/newVNode\._original = null;/g, ''],
    // No state, nothing to call after the drawing.
    [/(?<!isNew = )\b[cr]\.(state|_nextState|_dirty|_vnode|_parentDom|base|_force|_renderCallbacks) = .*;/g, ';'],
    [/isNew = c\._dirty = true/g, 'isNew = true'],
    [/clearProcessingException = .*;|oldState = .*;/g, ';'],
    [/clearProcessingException(?=\))|c\._renderCallbacks\.length(?=\))/g, 'false'],
    [/(props), (c\.)?state, (c\.)?context(?=\))/g, '$1'],
    [/\(props, context\)/g, '(props)'],
    // No context.
    [/let provider = [^]*?: globalContext;/g, ''],
    [/, componentContext(?=\))|if \(provider\).*;|c\.context = .*;/g, ''],
    [/(c\._)?globalContext = .*;/gi, ''],
  ],
  'diff/children.js': [
    EMPTY,
    // Each drawing makes all its nodes anew.
    [/childVNode\._depth > 0|childVNode\._children === oldVNode\._children/g, 'false'],
    [/ \|\|\n.*\n\t+typeof childVNode == 'bigint'/g, ''],
    [/childVNode\._depth = .*;/g, ''],
  ],
  'diff/props.js': [
    [/, hydrate(?=\))/g, ''],
    [/!hydrate\b/g, 'true'],
    [/options\.event \? .* : e\b/g, 'e'],
    [/let useCapture;/g, ''],
    [/useCapture = name !== .*;/g, 'const useCapture = false;'],
    [/name = name\.replace\(\/xlink[^]*?;/g, ''],
    // Styles are texts.
    [/typeof value == 'string'/g, 'true'],
    [/name !== 'dangerouslySetInnerHTML'/g, 'true'],
  ],
  'render.js': [
    [/if \(options\._root\).*;/g, ''],
    [/, replaceNode(?=\) )/g, ''],
    [/typeof replaceNode === 'function'/g, 'false'],
    [/\t+!isHydrating && replaceNode\n\t+\? \[[^]*?: null,\n/g, ''],
    [/\t\tEMPTY_OBJ,\n|^\t+isHydrating$/gm, ''],
    [/\(replaceNode && .*?\) \|\| |\(!isHydrating && replaceNode\) \|\|/g, ''],
    [/let commitQueue = .*;|commitRoot\(.*;/g, ''],
    EMPTY,
    [/!isHydrating && replaceNode\n\t+\? replaceNode\n\t+: /g, ''],
    [/: parentDom\.firstChild,/g, ': null,'],
  ],
};

/** The source of one of Preact's files without what is not used. Throws when a rule finds nothing. */
export function slim(file, source) {
  return (RULES[file] ?? []).reduce((text, [found, instead]) => {
    if (text.search(found) < 0) throw new Error(`slim.mjs: preact/src/${file} has no ${found}`);
    return text.replace(found, instead);
  }, source);
}

/** For esbuild: `preact` from its sources, slimmer. Its own names begin with _ and are to be mangled. */
export function slimPreact(modules) {
  const folder = join(modules, 'preact/src/');
  return {
    name: 'slim',
    setup(build) {
      build.onResolve({ filter: /^preact$/ }, () => ({ path: join(folder, 'index.js') }));
      build.onLoad({ filter: /preact.src.*\.js$/ }, ({ path }) => ({
        contents: slim(path.slice(folder.length), readFileSync(path, 'utf8')),
      }));
    },
  };
}
