// main.tsx - the page: header, pages of panels, notices, forms, who answers.
// SPDX-License-Identifier: Apache-2.0
import {
  asking,
  begin,
  D,
  description,
  draw,
  E,
  errorOf,
  h,
  heard,
  notice,
  noticeOf,
  online,
  post,
  reopen,
  request,
  session,
  status,
  takeSession,
  tell,
  text,
  unheard,
} from './core';
import type { Node } from './dom';
import type { Description, Element, Notice, Page, Panel } from './types';

export let page = 0;
export let panel: Panel;

/** Later: a new element is not in the document yet. */
export const focus = (element: HTMLElement) => void setTimeout(() => element.focus());

/** A bar; share: 0 to 100. */
export const bar = (label: string | undefined, share: number, more?: Node) => (
  <div class="bar" role="progressbar" aria-label={label} aria-valuenow={Math.floor(share) || 0}>
    <i style={`width:${share}%`} />
    {more}
  </div>
);

/** Where a file is chosen, or dropped. */
export const drop = (
  accept: string | undefined,
  disabled: boolean | undefined,
  take: (file: File) => void,
  title: string,
  more: string | Node | false,
) => (
  <label class="drop">
    <input
      type="file"
      accept={accept}
      disabled={disabled}
      onchange={({ target }: any) => {
        take(target.files[0]);
        target.value = '';
      }}
    />
    <b>{title}</b>
    {more}
  </label>
);

export const icon = (name: string) => (
  <svg viewBox="0 0 24 24" aria-hidden="true">
    <path d={description.icons[name]} />
  </svg>
);

/** A node, with what the keys of its description do to it. */
function dress(node: Node | null, it: any) {
  for (const key in it) if (node && D[key]) node = D[key](node, it);
  return node;
}

/** An element of the description: its expressions become values, it becomes a node. */
export function show(element: Element) {
  const it: any = { _of: element };
  for (const key in element) it[key] = text((element as any)[key]);
  return dress(E[element.type](it), it);
}

export const isSeen = (it: Page) => !E.level || E.level(it);

export function showPanel(it: Panel) {
  panel = it;
  return dress(
    <section>
      {it.title && <h2>{text(it.title)}</h2>}
      {it.elements.map(show)}
      {E.save_panel?.(it)}
    </section>,
    it,
  );
}

// --- notices ---

/** Minutes and seconds, and hours when there are any. */
const clock = (ms: number) => new Date(Math.max(0, ms + 999)).toISOString().slice(ms < 36e5 ? 14 : 11, 19);

export function Note({ kind = 'bad', title, text, more, act, button, remaining_ms, done }: Partial<Notice>) {
  return (
    <div class={`notice ${kind}`}>
      <p>
        <b>{title}</b>
        {`\n${text ?? ''} `}
        {remaining_ms != null && <b aria-live="off">{clock(remaining_ms! + heard - Date.now())}</b>}
        <small>{more}</small>
      </p>
      {(act || done) && (
        <button onclick={done || (() => post(`firmware_update?${act}=1`))}>{button ?? 'Got it'}</button>
      )}
    </div>
  );
}

/** What went wrong here; nothing without a title. */
export const alert = (of: Partial<Notice>) => (
  <div role="alert">{of.title && Note(of)}</div>
);

const notices = () => (
  <div aria-live="polite">
    {online === false &&
      E.ota_phase?.() !== 'restarting' &&
      Note(noticeOf(unheard))}
    {status?.notices?.map(Note)}
    {notice && Note({ ...notice, done: () => tell() })}
    <p class="hidden">{E.ota_phase?.() ?? status?.phase.replace('idle', '')}</p>
  </div>
);

// --- signing in ---

let refusal: string | undefined;

/** Fields (labels by name) whose values go to the device as JSON; the answer is the session. */
export const form = (
  path: string,
  title: string,
  user: string,
  fields: Record<string, string>,
  done?: (isDone: boolean) => void,
) => (
  <form
    onsubmit={async (event: any) => {
      event.preventDefault();
      const form = event.target;
      const body = JSON.stringify(Object.fromEntries(new FormData(form) as any));
      const [code, json] = await request('POST', path, body);
      refusal = code === 200 ? '' : errorOf(json).cause;
      if (!refusal) {
        form.reset();
        takeSession(json);
        reopen();
        done?.(true);
      }
      draw();
    }}
  >
    <h2>{title}</h2>
    {alert({ title: refusal })}
    {Object.entries(fields).map(([name, label]) => (
      <label>
        {label}
        {h('input', name === 'user' ? { name, defaultValue: user } : { name, type: 'password', ref: asking ? focus : undefined })}
      </label>
    ))}
    <button class="go">Continue</button>
  </form>
);

const signInForm = () => (
  <section role="dialog" aria-label="Sign in">
    {form(
      'login',
      'Sign in',
      session.users?.[0],
      session.login === 'token' ? { password: 'Token' } : { user: 'User', password: 'Password' },
      asking,
    )}
    <button onclick={() => asking!(false)}>Cancel</button>
  </section>
);

// --- all of it ---

E.nav = () => (
  <nav>
    {description.pages.map(
      (it, i) =>
        isSeen(it) && (
          <a href={`#${i}`} aria-current={i === page && 'page'}>
            {icon(it.icon)}
            {text(it.title)}
          </a>
        ),
    )}
  </nav>
);

const panels = (it: Page) => (
  <div class="panels" key={page}>
    {asking && signInForm()}
    {session.first && E.access_first?.()}
    {!(session.first && !session.level) && isSeen(it) && it.panels.map(showPanel)}
  </div>
);

const app = () => {
  const { brand, pages, logo = 'flota' } = description;
  return h(
    '',
    null,
    <header>
      <h1>
        {icon(logo)}
        {brand}
      </h1>
      {E.nav?.()}
      {E.toolbar?.()}
    </header>,
    <main>
      {notices()}
      {panels(pages[page])}
    </main>,
    <footer>
      {status && (
        <b class={!online && 'off'}>
          {status.name} {status.version}
        </b>
      )}
      {status && `build ${status.build_id} · bank ${status.bank} · ${status.board} · ${status.running}`}
    </footer>,
  );
};

function route() {
  page = Math.min(+location.hash.slice(1) || 0, description.pages.length - 1);
  draw();
}

E.start = (what: Description) => {
  onhashchange = route;
  E.wizard?.(what);
  begin(what, app);
  route();
};
