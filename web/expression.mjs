// expression.mjs - ${...} in a description's texts, compiled to JavaScript when the page is built.
//
// Ternary, || && == != < <= > >= + - * / % ! ( ) with numbers, strings, true, false, null, and
// ENDPOINT.ATTRIBUTE as the api section declares them. Only this grammar reaches the page, as part of its one
// hashed script: nothing is evaluated there, and a text cannot smuggle in a program.
// SPDX-License-Identifier: Apache-2.0

const TOKEN = /\d+(?:\.\d+)?|'[^']*'|"[^"]*"|[A-Za-z_]\w*|[=!]==?|[<>]=?|&&|\|\||\S/g;
const EXPRESSION = /\$\{((?:'[^']*'|"[^"]*"|[^'"}])*)\}/g;
// From the loosest binding to the tightest.
const LEVELS = [
  ['||'],
  ['&&'],
  ['==', '!=', '===', '!=='],
  ['<', '<=', '>', '>='],
  ['+', '-'],
  ['*', '/', '%'],
];
const CONSTANTS = ['true', 'false', 'null'];

class Parser {
  constructor(source, api) {
    this.tokens = source.match(TOKEN) ?? [];
    this.at = 0;
    this.api = api;
  }

  get next() {
    return this.tokens[this.at] ?? 'the end';
  }

  take(token) {
    if (this.tokens[this.at] !== token) return false;
    this.at++;
    return true;
  }

  need(token) {
    if (!this.take(token)) throw new Error(`${token} expected, not ${this.next}`);
  }

  ternary() {
    const condition = this.binary(0);
    if (!this.take('?')) return condition;
    const yes = this.ternary();
    this.need(':');
    return `(${condition}?${yes}:${this.ternary()})`;
  }

  binary(level) {
    if (level === LEVELS.length) return this.unary();
    let left = this.binary(level + 1);
    while (LEVELS[level].includes(this.next)) {
      const operator = this.tokens[this.at++].replace(/^([=!]=)$/, '$1=');
      left = `(${left}${operator}${this.binary(level + 1)})`;
    }
    return left;
  }

  unary() {
    if (this.take('!')) return `!${this.unary()}`;
    return this.take('-') ? `(- ${this.unary()})` : this.primary();
  }

  primary() {
    const token = this.next;
    this.at++;
    if (token === '(') {
      const value = this.ternary();
      this.need(')');
      return value;
    }
    if (/^\d/.test(token)) return String(Number(token));
    if (/^['"]./.test(token)) return JSON.stringify(token.slice(1, -1));
    if (CONSTANTS.includes(token)) return token;
    if (!/^[A-Za-z_]\w*$/.test(token)) throw new Error(`a value expected, not ${token}`);
    return this.attribute(token);
  }

  attribute(endpoint) {
    this.need('.');
    const attribute = this.next;
    this.at++;
    const attributes = Object.hasOwn(this.api, endpoint)
      ? (this.api[endpoint].attributes ?? {})
      : {};
    if (!Object.hasOwn(attributes, attribute))
      throw new Error(`api has no ${endpoint}.${attribute}`);
    return `v.${endpoint}.${attribute}`;
  }
}

function compileExpression(source, api) {
  const parser = new Parser(source, api);
  const code = parser.ternary();
  if (parser.at < parser.tokens.length) throw new Error(`unexpected ${parser.next}`);
  return code;
}

/** A text with expressions as the source of a function of the values. Throws and says what is wrong. */
export function compileText(text, api) {
  const parts = [];
  let end = 0;
  const plain = (to) => {
    const piece = text.slice(end, to);
    if (piece.includes('${')) throw new Error('a ${ without its }');
    if (piece) parts.push(JSON.stringify(piece));
  };
  for (const match of text.matchAll(EXPRESSION)) {
    plain(match.index);
    parts.push(compileExpression(match[1], api));
    end = match.index + match[0].length;
  }
  plain(text.length);
  return `(v)=>${['""', ...parts].join('+')}`;
}
