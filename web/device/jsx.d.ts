// jsx.d.ts - any element with any attributes: dom.ts. SPDX-License-Identifier: Apache-2.0
declare namespace JSX {
  type Element = import('./dom').Node;
  interface IntrinsicElements {
    [tag: string]: any;
  }
}
