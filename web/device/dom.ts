// dom.ts - makes the document what it should be: nodes of elements and texts, compared place by place.
//
// A node keeps its element as long as its place holds the same tag and key; null and false hold a place open. The page
// draws itself whole after each change, so this is all it needs: a library that does more is larger (web/README.md).
// SPDX-License-Identifier: Apache-2.0

interface Made {
  _made: typeof h; // by this function: what came as JSON from elsewhere never is
  _tag?: string; // none: a text
  _text?: string;
  _props: Record<string, any>;
  _children: (Made | null)[];
  _dom?: any;
}

export type Node = Made;

const NOTHING: any = { _props: {}, _children: [] };

const asNode = (it: any): Made | null =>
  it == null || it === !!it ? null : it._made === h ? it : { ...NOTHING, _text: `${it}` };

export function h(tag: string, props: any, ...children: any[]): Made {
  return { _made: h, _tag: tag, _props: props || {}, _children: children.flat(9).map(asNode) };
}

/** Attributes and properties alike. What a person changes in a field is compared with the field. */
function setProps(dom: any, props: any, old: any) {
  const isHtml = dom.ownerSVGElement === undefined;
  for (const name in { ...old, ...props }) {
    const value = props[name];
    if ((/^(val|che|sel)/.test(name) ? dom[name] : old[name]) === value) continue;
    if (name === 'ref') value?.(dom);
    else if (isHtml && name in dom) dom[name] = value ?? '';
    else if (value == null || value === false) dom.removeAttribute(name);
    else dom.setAttribute(name, value);
  }
}

/** Make parent hold what these nodes say, where it holds what the old ones said. From the last one to the first, so
 * that what comes behind is in its place already. */
export function patch(parent: Element, nodes: (Made | null)[], old: (Made | null)[]) {
  let next: any = null;
  for (let i = Math.max(nodes.length, old.length); i--; ) {
    const node = nodes[i];
    let was = old[i] ?? NOTHING;
    if (was._dom && !(node && node._tag === was._tag && node._props.key === was._props.key)) {
      was._dom.remove();
      was = NOTHING;
    }
    if (!node) continue;
    const { _tag: tag, _text: text } = node;
    const namespace = tag === 'svg' ? 'http://www.w3.org/2000/svg' : parent.namespaceURI;
    const dom = was._dom ?? (tag ? document.createElementNS(namespace, tag) : new Text());
    if (!was._dom) parent.insertBefore(dom, next);
    if (tag) {
      setProps(dom, node._props, was._props);
      patch(dom, node._children, was._children);
    } else if (text !== was._text) dom.data = text;
    next = node._dom = dom;
  }
}
