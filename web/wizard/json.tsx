// json.tsx - the description as text, in step with the forms both ways. A text that does not parse stays as it is.
// SPDX-License-Identifier: Apache-2.0
import { defaultKeymap, indentWithTab } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import {
  bracketMatching,
  HighlightStyle,
  indentOnInput,
  syntaxHighlighting,
} from '@codemirror/language';
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { EditorState, type Text } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef } from 'preact/hooks';
import { now, state, typeText, words } from './store';

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--sea)' },
  { tag: tags.string, color: 'var(--ink)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--wait)' },
  { tag: tags.punctuation, color: 'var(--quiet)' },
]);

// Undo is the whole wizard's (main.tsx): the editor has none of its own.
const keys = keymap.of([indentWithTab, ...defaultKeymap]);

let isOurs = false; // the text comes from the forms, nobody typed it

const extensions = [
  keys,
  lineNumbers(),
  lintGutter(),
  drawSelection(),
  highlightActiveLine(),
  bracketMatching(),
  indentOnInput(),
  json(),
  syntaxHighlighting(colours),
  EditorView.lineWrapping,
  EditorState.tabSize.of(2),
  EditorView.contentAttributes.of({ 'aria-label': 'dashboard.json', tabindex: '0' }),
  EditorView.updateListener.of((update) => {
    if (update.docChanged && !isOurs) typeText(update.state.doc.toString());
  }),
];

/** Replace only what differs: the cursor stays where it was. */
function put(view: EditorView, text: string): void {
  const before = view.state.doc.toString();
  if (before === text) return;
  let from = 0;
  while (from < before.length && before[from] === text[from]) from++;
  let end = 0;
  const most = Math.min(before.length, text.length) - from;
  while (end < most && before.at(-1 - end) === text.at(-1 - end)) end++;
  isOurs = true;
  view.dispatch({
    changes: { from, to: before.length - end, insert: text.slice(from, text.length - end) },
  });
  isOurs = false;
}

function diagnostic(doc: Text, line = 1, column = 1, message: string): Diagnostic {
  const at = doc.line(Math.max(1, Math.min(line, doc.lines)));
  const from = Math.min(at.from + Math.max(0, column - 1), at.to);
  return { from, to: Math.max(from, at.to), severity: 'error', message };
}

function diagnostics(doc: Text): Diagnostic[] {
  const { mistake } = now();
  if (mistake) return [diagnostic(doc, mistake.line, mistake.column, mistake.message)];
  if (state.isChecking) return [];
  return state.check.errors
    .filter((it) => it.line !== undefined)
    .map((it) => diagnostic(doc, it.line, it.column, words(it)));
}

export function Json() {
  const place = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView>();
  useEffect(() => {
    const start = EditorState.create({ doc: now().text, extensions });
    const view = (editor.current = new EditorView({ state: start, parent: place.current! }));
    return () => view.destroy();
  }, []);
  useEffect(() => {
    const view = editor.current!;
    put(view, now().text);
    view.dispatch(setDiagnostics(view.state, diagnostics(view.state.doc)));
  });
  const { mistake } = now();
  return (
    <div class="json">
      {mistake && (
        <p class="callout bad" role="status">
          Line {mistake.line}: {mistake.message} The page keeps the last description that was right;
          forms wait. Undo takes the change back.
        </p>
      )}
      <div class="editor" ref={place} />
    </div>
  );
}
