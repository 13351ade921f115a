// operators.mjs - what a mutant can be: each operator looks at one function and yields its changes.
//
// A change is {at, end, text}: the source from `at` to `end` becomes `text`. Types are not known here: what the compiler
// refuses is no mutant, and what it makes the same code of is none either (run.mjs).
// SPDX-License-Identifier: Apache-2.0

const heads = new Set(['if', 'for', 'while', 'switch']);
const typeWords = new Set(['const', 'static', 'struct', 'enum', 'union', 'unsigned', 'signed', 'int', 'char', 'bool', 'void',
    'long', 'short', 'volatile']);
const isType = (token) => typeWords.has(token.text) || /_t$/.test(token.text);
const isConstantName = (token) => token.kind === 'name' && /^[A-Z][A-Z0-9_]+$/.test(token.text) && token.text !== 'NULL';

const edges = {'<': '<=', '<=': '<', '>': '>=', '>=': '>'};
const turns = {'<': '>=', '<=': '>', '>': '<=', '>=': '<'};
const equals = {'==': '!=', '!=': '=='};
const arithmetic = {'+': '-', '-': '+', '*': '/', '/': '*', '%': '/'};
const logic = {'&&': '||', '||': '&&'};
const bits = {'&': '|', '|': '&', '^': '|', '<<': '>>', '>>': '<<'};
const assigns = {'+=': '-=', '-=': '+=', '*=': '/=', '/=': '*=', '|=': '&=', '&=': '|=', '^=': '|=', '++': '--', '--': '++',
    '<<=': '>>=', '>>=': '<<='};

/** One function of a file: its tokens by index, and what is known about them. */
export class Body {
    constructor(source, tokens, {name, open, close}) {
        Object.assign(this, {source, tokens, name, open, close});
    }
    *indices() {
        for (let i = this.open + 1; i < this.close; i++) yield i;
    }
    text(from, to) { // of tokens, both included
        return this.source.slice(this.tokens[from].at, this.tokens[to].end);
    }
    replace(from, to, text) {
        return {at: this.tokens[from].at, end: this.tokens[to].end, text};
    }
    endsOperand(i) {
        const token = this.tokens[i];
        return token.kind === 'number' || token.kind === 'text' || token.text === ')' || token.text === ']' ||
            (token.kind === 'name' && !['return', 'case', 'else', 'sizeof'].includes(token.text));
    }
    isBinary(i) {
        return this.endsOperand(i - 1) && !isType(this.tokens[i - 1]) && !this.isPointer(i);
    }
    isPointer(i) { // `struct x *y`, a cast
        return this.tokens[i].text === '*' &&
            (['struct', 'enum'].includes(this.tokens[i - 2].text) || [')', '*'].includes(this.tokens[i + 1].text));
    }
    /** Braces of a compound literal or an initializer hold no statements. */
    isBlock(i) {
        const before = this.tokens[i - 1];
        if (before.text === ')') return heads.has(this.tokens[before.partner - 1].text);
        return [';', '{', '}', ':', 'else', 'do'].includes(before.text) && !this.isInList(i);
    }
    isInList(i) {
        const outer = this.outer(i);
        return outer > this.open && this.tokens[outer].text === '{' && !this.isBlock(outer);
    }
    outer(i) { // the bracket around it
        for (let k = i - 1; k > this.open; k--) {
            if (')]}'.includes(this.tokens[k].text)) k = this.tokens[k].partner;
            else if ('([{'.includes(this.tokens[k].text)) return k;
        }
        return this.open;
    }
    startsStatement(i) {
        const before = this.tokens[i - 1];
        const outer = this.outer(i);
        if (outer !== this.open && (this.tokens[outer].text !== '{' || !this.isBlock(outer))) return false;
        if (before.text === ')') return heads.has(this.tokens[before.partner - 1].text);
        if (before.text === ':') return this.isLabel(i - 1);
        if (before.text === '}') return this.isBlock(before.partner);
        return [';', '{', 'else', 'do'].includes(before.text);
    }
    isLabel(colon) {
        for (let k = colon - 1; k > this.open; k--) {
            if (['case', 'default'].includes(this.tokens[k].text)) return true;
            if ([';', '{', '}', '?'].includes(this.tokens[k].text)) return false;
        }
        return false;
    }
    isInLabel(i) { // between `case` and `:`
        return this.tokens[i - 1].text === 'case';
    }
    isArraySize(i) { // of a declaration: one byte more or less of a buffer is seen by sanitizers, if by anything
        const outer = this.outer(i);
        return this.tokens[outer].text === '[' && isType(this.tokens[this.statementStart(outer)]);
    }
    statementStart(i) {
        let k = i;
        while (k > this.open + 1 && ![';', '{', '}'].includes(this.tokens[k - 1].text)) k--;
        return k;
    }
    isInCallOf(i, names) {
        const outer = this.outer(i);
        return this.tokens[outer].text === '(' && names.includes(this.tokens[outer - 1].text);
    }
    semicolon(i) {
        for (let k = i; k < this.close; k++) {
            if ('([{'.includes(this.tokens[k].text)) k = this.tokens[k].partner;
            else if (this.tokens[k].text === ';') return k;
        }
        return this.close;
    }
    /** Conditions of if, while, for and ?:, as ranges of tokens. */
    *conditions() {
        for (const i of this.indices()) {
            const text = this.tokens[i].text;
            if (text === 'if' || text === 'while') yield [i + 2, this.tokens[i + 1].partner - 1];
            if (text === 'for') {
                const from = this.semicolon(i + 2) + 1;
                if (this.tokens[from].text !== ';') yield [from, this.semicolon(from) - 1];
            }
            if (text === '?') yield [this.ternaryStart(i), i - 1];
        }
    }
    ternaryStart(mark) {
        let k = mark;
        while (!/^([=(,;{}?:[]|return|[-+*/|&^]=)$/.test(this.tokens[k - 1].text)) {
            k--;
            if (')]}'.includes(this.tokens[k].text)) k = this.tokens[k].partner;
        }
        return k;
    }
    /** Calls and their arguments, as ranges of tokens. */
    *calls() {
        for (const i of this.indices()) {
            const before = this.tokens[i - 1];
            if (this.tokens[i].text !== '(' || before.kind !== 'name' || heads.has(before.text) ||
                ['sizeof', 'return', 'offsetof'].includes(before.text))
                continue;
            yield this.arguments(i);
        }
    }
    arguments(open) {
        const parts = [], close = this.tokens[open].partner;
        let from = open + 1;
        for (let k = from; k <= close; k++) {
            if (k < close && '([{'.includes(this.tokens[k].text)) k = this.tokens[k].partner;
            else if (k === close || this.tokens[k].text === ',') {
                if (k > from) parts.push([from, k - 1]);
                from = k + 1;
            }
        }
        return parts;
    }
}

function* swapSigns(body, map, fits = () => true) {
    for (const i of body.indices())
        if (body.tokens[i].kind === 'sign' && Object.hasOwn(map, body.tokens[i].text) && fits(i))
            yield body.replace(i, i, map[body.tokens[i].text]);
}

function* wrapConditions(body, wrap) {
    for (const [from, to] of body.conditions()) yield body.replace(from, to, wrap(body.text(from, to)));
}

function* numbers(body, wrap) {
    for (const i of body.indices())
        if (body.tokens[i].kind === 'number' && !body.isArraySize(i) && !body.isInLabel(i))
            yield body.replace(i, i, wrap(body.tokens[i].text));
}

function* names(body) {
    for (const i of body.indices())
        if (isConstantName(body.tokens[i]) && body.tokens[i + 1].text !== '(' && !body.isInLabel(i) &&
            !body.isArraySize(i) && !body.isInCallOf(i, ['sizeof', 'offsetof']))
            yield body.replace(i, i, `(${body.tokens[i].text} + 1)`);
}

function* truths(body) {
    for (const i of body.indices())
        if (['true', 'false'].includes(body.tokens[i].text))
            yield body.replace(i, i, body.tokens[i].text === 'true' ? 'false' : 'true');
}

const isKept = (token) => heads.has(token.text) || isType(token) || /^(return|case|default|else|do|goto|[{};])$/.test(token.text);

function* deletedStatements(body) {
    for (const i of body.indices()) {
        if (!body.startsStatement(i) || isKept(body.tokens[i])) continue;
        const end = body.semicolon(i);
        if (end < body.close) yield body.replace(i, end, ';');
    }
}

/** `.field = value,` of an initializer: the field becomes 0. */
function* deletedFields(body) {
    for (const i of body.indices()) {
        if (body.tokens[i].text !== '.' || !['{', ','].includes(body.tokens[i - 1].text)) continue;
        let k = i;
        while (![',', '}'].includes(body.tokens[k].text)) k = '([{'.includes(body.tokens[k].text) ? body.tokens[k].partner + 1 : k + 1;
        if (body.tokens[k].text === ',') yield body.replace(i, k, '');
        else yield body.replace(i, k - 1, `.${body.tokens[i + 1].text} = 0`);
    }
}

function* returns(body, wrap) {
    for (const i of body.indices()) {
        if (body.tokens[i].text !== 'return' || body.tokens[i + 1].text === ';') continue;
        const text = body.text(i + 1, body.semicolon(i) - 1);
        if (!/^(0|true|false)$/.test(text)) yield body.replace(i + 1, body.semicolon(i) - 1, wrap(text));
    }
}

function* droppedNots(body) {
    for (const i of body.indices())
        if (['!', '~'].includes(body.tokens[i].text)) yield body.replace(i, i, '');
}

function* swappedArguments(body) {
    for (const parts of body.calls())
        for (let k = 0; k + 1 < parts.length; k++) {
            const [first, second] = [parts[k], parts[k + 1]].map(([from, to]) => body.text(from, to));
            if (first !== second) yield body.replace(parts[k][0], parts[k + 1][1], `${second}, ${first}`);
        }
}

/** [name, what it does, function]; the names are part of the mutants' ids. */
export const operators = [
    ['edge', 'a relation that takes in its limit, or leaves it out: < and <=, > and >=', (body) => swapSigns(body, edges)],
    ['turn', 'a relation turned round: < and >=, > and <=', (body) => swapSigns(body, turns)],
    ['equal', '== and != swapped', (body) => swapSigns(body, equals)],
    ['arithmetic', '+ and -, * and /, % to /', (body) => swapSigns(body, arithmetic, (i) => body.isBinary(i))],
    ['logic', '&& and || swapped', (body) => swapSigns(body, logic)],
    ['bits', '& and |, << and >> swapped, ^ to |', (body) => swapSigns(body, bits, (i) => body.isBinary(i))],
    ['assign', '+= and -=, |= and &=, ++ and -- swapped', (body) => swapSigns(body, assigns)],
    ['not', 'a ! or ~ left out', droppedNots],
    ['negate', 'a condition (if, while, for, ?:) negated', (body) => wrapConditions(body, (text) => `!(${text})`)],
    ['always', 'a condition made true', (body) => wrapConditions(body, (text) => `((${text}) || 1)`)],
    ['never', 'a condition made false', (body) => wrapConditions(body, (text) => `((${text}) && 0)`)],
    ['more', 'a number one more', (body) => numbers(body, (text) => `(${text} + 1)`)],
    ['less', 'a number one less', (body) => numbers(body, (text) => `(${text} - 1)`)],
    ['next', 'a named number one more, an enumerator the next one', names],
    ['truth', 'true and false swapped', truths],
    ['statement', 'a statement left out', deletedStatements],
    ['field', 'a field of an initializer left out', deletedFields],
    ['zero', 'a value returned made 0', (body) => returns(body, () => '0')],
    ['opposite', 'a value returned made its logical opposite', (body) => returns(body, (text) => `!(${text})`)],
    ['arguments', 'two neighbouring arguments swapped', swappedArguments],
];
