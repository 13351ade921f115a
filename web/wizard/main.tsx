// main.tsx - the wizard: outline, live page, forms, jobs. SPDX-License-Identifier: Apache-2.0
import { render } from 'preact';
import { Api } from './api';
import { Bottom } from './bottom';
import { Dialogs } from './dialogs';
import { Json } from './json';
import { isIdle, listen } from './jobs';
import { Outline } from './outline';
import { Preview } from './preview';
import { Properties } from './properties';
import { SettingsForm } from './settings';
import { draw, isUnsaved, notify, now, onDraw, redo, save, start, state, undo } from './store';
import { Tabs } from './tabs';
import { TopBar } from './topbar';

function Right() {
  const waits = !!now().mistake && state.tab !== 'JSON';
  const choose = (it: string) => {
    state.tab = it;
    draw();
  };
  return (
    <aside class="right" aria-label="Details">
      <Tabs
        label="Details"
        tabs={['Properties', 'API', 'Settings', 'JSON']}
        value={state.tab}
        onValue={choose}
      >
        {waits && (
          <p class="callout bad">
            The JSON does not say a description (line {now().mistake!.line}). Correct it, or undo.{' '}
            <button type="button" class="link" onClick={() => choose('JSON')}>
              To the JSON
            </button>
          </p>
        )}
        <div class="scroll" inert={waits}>
          {state.tab === 'Properties' && <Properties />}
          {state.tab === 'API' && <Api />}
          {state.tab === 'Settings' && <SettingsForm />}
          {state.tab === 'JSON' && <Json />}
        </div>
      </Tabs>
    </aside>
  );
}

function Note() {
  const { notice } = state;
  if (!notice) return null;
  return (
    <div class={`note ${notice.kind}`} role="region" aria-label="Notice">
      <p>
        <b>{notice.text}</b> {notice.more}
      </p>
      {notice.action && (
        <button type="button" onClick={notice.action.act}>
          {notice.action.label}
        </button>
      )}
      <button
        type="button"
        class="tool"
        aria-label="Close the notice"
        onClick={() => notify(undefined)}
      >
        ×
      </button>
    </div>
  );
}

function App() {
  if (!state.project) {
    const { failure } = state;
    return (
      <main class="waits">
        <h1>Flota wizard</h1>
        <p role="status">
          {failure ? `${failure.text} ${failure.more ?? ''}` : 'Reads the project…'}
        </p>
      </main>
    );
  }
  return (
    <div class={`app ${isIdle() ? 'idle' : ''}`}>
      <TopBar />
      <Outline />
      <Preview />
      <Right />
      <Bottom />
      <Note />
      <Dialogs />
      <p class="hidden" role="status" aria-label="Announcements">
        {state.said}
      </p>
    </div>
  );
}

/** Undo and redo are the wizard's everywhere, also in a field: its text is part of the description. */
function key(event: KeyboardEvent): void {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || !state.project) return;
  const pressed = event.key.toLowerCase();
  const act = { z: event.shiftKey ? redo : undo, y: redo, s: () => void save() }[pressed];
  if (!act || event.defaultPrevented || document.querySelector('dialog[open]')) return;
  event.preventDefault();
  act();
}

addEventListener('keydown', key);
addEventListener('beforeunload', (event) => {
  if (isUnsaved()) event.preventDefault();
});

onDraw(() => {
  document.title = `${isUnsaved() ? '• ' : ''}${state.project?.name ?? 'Flota'} - wizard`;
  render(<App />, document.body);
});
draw();
start();
listen();
