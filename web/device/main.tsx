// main.tsx - the page: header, pages of panels, notices, who answers.
// SPDX-License-Identifier: Apache-2.0
import description from 'flota:description';
import elements from 'flota:elements';
import icons from 'flota:icons';
import { Fragment, h, render } from 'preact';
import { act, activePhase, CHECK, draw, onDraw, SILENT, start, state } from './device';
import type { Page } from './types';
import { follow } from './update';
import { clock, type Notice, onTrial, rolledBack, stranded } from './view';

const { pages, brand } = description;

function Icon({ name }: { name: string }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <path d={icons[name]} />
    </svg>
  );
}

function Header() {
  return (
    <header>
      <strong>
        <Icon name="flota" />
        {brand}
      </strong>
      {pages.length > 1 && (
        <nav>
          {pages.map((page, i) => (
            <a href={`#${i}`} aria-current={i === state.page ? 'page' : undefined}>
              <Icon name={page.icon} />
              {page.title}
            </a>
          ))}
        </nav>
      )}
    </header>
  );
}

function Panels({ page }: { page: Page }) {
  return (
    <div class="panels">
      {page.panels.map((panel) => (
        <section>
          {panel.title && <h2>{panel.title}</h2>}
          {panel.elements.map((element) => h(elements[element.type], { element }))}
        </section>
      ))}
    </div>
  );
}

interface Noted {
  of: Notice;
  time?: string; // not to be read out each second
  button?: string;
  go?: boolean; // what is waited for
  done?: () => void;
}

function Note({ of, time, button, go, done }: Noted) {
  return (
    <div class={`notice ${of.kind}`}>
      <p>
        <b>{of.title}</b>
        {`\n${of.text} `}
        {time && <b aria-live="off">{time}</b>}
        <small>{of.more}</small>
      </p>
      {done && <button class={go ? 'go' : ''} onClick={done}>{button ?? 'Got it'}</button>}
    </div>
  );
}

function dismiss() {
  state.notice = undefined;
  draw();
}

function Notices() {
  const { notice, misses, status } = state;
  const phase = activePhase();
  const offline = misses > 1 && phase !== 'restarting';
  const why = status?.trial ? 'If its firmware hangs, it is rolled back by itself.' : CHECK;
  return (
    <div aria-live="polite">
      {offline && <Note of={{ kind: 'bad', title: SILENT, text: why }} />}
      {status?.stranded && (
        <Note
          of={stranded(status.stranded)}
          button="Confirm"
          done={() => act('confirm')}
        />
      )}
      {status?.trial && (
        <Note
          of={onTrial(status)}
          time={clock(status.trial.remaining_ms)}
          button="Confirm"
          go={status.trial.policy === 'explicit'}
          done={() => act('confirm')}
        />
      )}
      {status?.rolled_back && (
        <Note of={rolledBack(status.rolled_back, status)} done={() => act('seen')} />
      )}
      {notice && <Note of={notice} done={dismiss} />}
      <p class="hidden">{phase ?? status?.phase.replace('idle', '')}</p>
    </div>
  );
}

function openDialog(dialog: HTMLDialogElement | null) {
  if (!dialog || dialog.open) return;
  dialog.showModal();
  dialog.onclose = () => state.asking?.done(''); // the Escape key
}

function Credentials() {
  const { asking, status } = state;
  if (!asking) return null;
  const basic = status?.auth === 'basic';
  return (
    <dialog ref={openDialog}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const [first, second] = new FormData(event.currentTarget).values() as Iterable<string>;
          const bytes = new TextEncoder().encode(`${first}:${second}`);
          asking.done(basic ? `Basic ${btoa(String.fromCharCode(...bytes))}` : `Bearer ${first}`);
        }}
      >
        <h2>Sign in</h2>
        {asking.wrong && (
          <p class="failure" role="alert">
            Not accepted.
          </p>
        )}
        {basic && (
          <label>
            User
            <input name="user" required />
          </label>
        )}
        <label>
          {basic ? 'Password' : 'Token'}
          <input name="secret" type="password" required />
        </label>
        <p class="row">
          <button class="go">Continue</button>
          <button type="button" onClick={() => asking.done('')}>
            Cancel
          </button>
        </p>
      </form>
    </dialog>
  );
}

function Footer() {
  const { status, misses } = state;
  return (
    <footer>
      {status && (
        <b class={misses > 1 ? 'off' : 'on'}>
          {status.name} {status.version}
        </b>
      )}
      {status &&
        `build ${status.build_id} · bank ${status.bank} · ${status.board} · ${status.running}`}
    </footer>
  );
}

function App() {
  return (
    <Fragment>
      <Header />
      <main>
        <Notices />
        <Panels page={pages[state.page]} />
      </main>
      <Footer />
      <Credentials />
    </Fragment>
  );
}

function route() {
  state.page = Math.min(+location.hash.slice(1) || 0, pages.length - 1);
  draw();
}

onDraw(() => render(<App />, document.body));
addEventListener('hashchange', route);
route();
start(follow);
