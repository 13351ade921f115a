// tokens.mjs - the tokens of a C source and its functions: enough to change one thing in it, no more.
// SPDX-License-Identifier: Apache-2.0

const patterns = [
    ['space', /\s+|\/\/[^\n]*|\/\*[^]*?\*\//y],
    ['line', /#(?:\\\n|[^\n])*/y], // of the preprocessor
    ['text', /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/y],
    ['name', /[A-Za-z_]\w*/y],
    ['number', /(?:0[xX][0-9A-Fa-f]+|\d+)[uUlL]*/y],
    ['sign', /<<=|>>=|\.\.\.|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[-+*/%&|^~!<>=?:;,.(){}[\]]/y],
];

function tokenAt(source, at) {
    for (const [kind, pattern] of patterns) {
        pattern.lastIndex = at;
        const found = pattern.exec(source);
        if (found) return {kind, text: found[0], at, end: at + found[0].length};
    }
    throw new Error(`no C token at "${source.slice(at, at + 20)}"`);
}

/** The tokens that mean something, each with the index of its partner when it is a bracket. */
export function tokenize(source) {
    const tokens = [], open = [];
    for (let at = 0; at < source.length;) {
        const token = tokenAt(source, at);
        at = token.end;
        if (token.kind === 'space' || token.kind === 'line') continue;
        const index = tokens.push(token) - 1;
        if (token.kind === 'sign' && '([{'.includes(token.text)) open.push(index);
        if (token.kind === 'sign' && ')]}'.includes(token.text)) {
            token.partner = open.pop();
            tokens[token.partner].partner = index;
        }
    }
    return tokens;
}

/** Functions with a body: name, and the indices of its braces. */
export function functionsOf(tokens) {
    const functions = [];
    for (let i = 0; i < tokens.length; i++) {
        if (tokens[i].text !== '{') continue;
        const before = tokens[i - 1];
        if (before?.text === ')' && tokens[before.partner - 1]?.kind === 'name')
            functions.push({name: tokens[before.partner - 1].text, open: i, close: tokens[i].partner});
        i = tokens[i].partner; // whatever it is, what is inside is no function
    }
    return functions;
}
