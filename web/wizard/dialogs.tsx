// dialogs.tsx - questions, templates, where to send. SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useUniqueId } from './unique';
import { TextField } from './fields';
import { readAddresses } from './send';
import { draw, isUnsaved, notify, state, useTemplate } from './store';
import { jobs, sendTo } from './jobs';

const ADDRESSES = 'flota.addresses';

interface Question {
  title: string;
  text: string;
  yes: string;
  answer: (isYes: boolean) => void;
}

let question: Question | undefined;
let open: '' | 'templates' | 'send' = '';

export function openDialog(which: typeof open): void {
  open = which;
  draw();
}

/** Asks, and says what was chosen; Escape is no. */
export function ask(title: string, text: string, yes: string): Promise<boolean> {
  return new Promise((resolve) => {
    const answer = (isYes: boolean) => {
      question = undefined;
      draw();
      resolve(isYes);
    };
    question = { title, text, yes, answer };
    draw();
  });
}

state.ask = ask;

function Dialog({
  title,
  onClose,
  children,
}: {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useUniqueId();
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    dialog.current!.showModal();
    return () => before?.focus();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}

function Ask({ title, text, yes, answer }: Question) {
  return (
    <Dialog title={title} onClose={() => answer(false)}>
      <p>{text}</p>
      <p class="choices">
        <button type="button" onClick={() => answer(false)}>
          Cancel
        </button>
        <button type="button" class="go" onClick={() => answer(true)}>
          {yes}
        </button>
      </p>
    </Dialog>
  );
}

const close = () => openDialog('');

function Templates() {
  const templates = state.project?.templates ?? [];
  const [chosen, setChosen] = useState(templates[0]?.id ?? '');
  const use = () => {
    close();
    useTemplate(chosen);
  };
  return (
    <Dialog title="Templates" onClose={close}>
      <div class="templates" role="radiogroup" aria-label="Template">
        {templates.map(({ id, title, text }) => (
          <label class={id === chosen ? 'chosen' : ''}>
            <input
              type="radio"
              name="template"
              checked={id === chosen}
              aria-label={title}
              onChange={() => setChosen(id)}
            />
            <span>
              <b>{title}</b>
              <small>{text}</small>
            </span>
          </label>
        ))}
      </div>
      <p class="callout">
        A template replaces pages, elements and endpoints
        {isUnsaved() ? ', and what is not saved yet' : ''}. main.c, board and network stay. Undo
        brings back what is here now.
      </p>
      <p class="choices">
        <button type="button" onClick={close}>
          Cancel
        </button>
        <button type="button" class="go" disabled={!chosen} onClick={use}>
          Replace what is here
        </button>
      </p>
    </Dialog>
  );
}

/** A browser may keep nothing for this page: then the list is typed anew. */
function remembered(): string {
  try {
    return localStorage.getItem(ADDRESSES) ?? '';
  } catch {
    return '';
  }
}

function remember(text: string): void {
  try {
    localStorage.setItem(ADDRESSES, text);
  } catch {
    notify({ kind: 'wait', text: 'This browser does not remember the addresses.' });
  }
}

function Send() {
  const [text, setText] = useState(remembered);
  const [creds, setCreds] = useState('');
  const addresses = readAddresses(text);
  const board = jobs.sim?.http?.replace(/\/+$/, '');
  const start = () => {
    remember(text);
    close();
    sendTo(addresses, creds);
  };
  return (
    <Dialog title="Send to devices" onClose={close}>
      <TextField
        label="Addresses"
        help="One per line, for example 192.168.0.10. This browser remembers them."
        rows={6}
        code
        value={text}
        onValue={setText}
      />
      {board && !addresses.includes(board) && (
        <button type="button" onClick={() => setText(`${text.trimEnd()}\n${board}`.trimStart())}>
          Add the virtual board
        </button>
      )}
      <TextField
        label="User and password"
        help="As user:password, or a token. Empty: the devices ask for none. Not remembered."
        type="password"
        value={creds}
        onValue={setCreds}
      />
      <p class="callout">
        The firmware of the last build is sent. Each device tries it, and goes back by itself when
        it does not prove good.
      </p>
      <p class="choices">
        <button type="button" onClick={close}>
          Cancel
        </button>
        <button type="button" class="go" disabled={!addresses.length} onClick={start}>
          {addresses.length > 1 ? `Send to ${addresses.length} devices` : 'Send'}
        </button>
      </p>
    </Dialog>
  );
}

export function Dialogs() {
  return (
    <>
      {open === 'templates' && <Templates />}
      {open === 'send' && <Send />}
      {question && <Ask {...question} />}
    </>
  );
}
