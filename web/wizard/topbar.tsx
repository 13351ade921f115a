// topbar.tsx - the project, undo and redo, and what can be done with it. SPDX-License-Identifier: Apache-2.0
import { openDialog } from './dialogs';
import { Picture } from './fields';
import { isRunning, start } from './jobs';
import { exportProject, isUnsaved, now, redo, save, state, undo } from './store';

function Standing() {
  const { mistake } = now();
  const count = state.check.errors.length;
  if (!state.isOnline) return <span class="state bad">The server does not answer</span>;
  if (mistake) return <span class="state bad">JSON, line {mistake.line}</span>;
  if (isUnsaved())
    return <span class="state wait">Not saved{count ? `, ${count} to correct` : ''}</span>;
  return count ? (
    <span class="state bad">{count} to correct</span>
  ) : (
    <span class="state good">Saved</span>
  );
}

function Step({
  label,
  path,
  act,
  enabled,
}: {
  label: string;
  path: string;
  act: () => void;
  enabled: boolean;
}) {
  return (
    <button
      type="button"
      class="tool"
      aria-label={label}
      title={label}
      disabled={!enabled}
      onClick={act}
    >
      <Picture path={path} size={18} />
    </button>
  );
}

function Run({
  what,
  label,
  go,
}: {
  what: 'generate' | 'build' | 'try';
  label: string;
  go?: boolean;
}) {
  const runs = isRunning(what === 'try' ? 'build' : what);
  return (
    <button
      type="button"
      class={go ? 'go' : ''}
      aria-busy={runs && what !== 'try'}
      disabled={runs || !!now().mistake}
      onClick={() => start(what)}
    >
      {label}
    </button>
  );
}

export function TopBar() {
  const { past, future } = state.history;
  return (
    <header class="topbar">
      <div class="brand">
        <Picture path="M5 22V3M5 4l15 4-15 5M2 22h6" size={22} />
        <h1 title={state.project?.folder}>
          {now().settings.name || state.project?.name || 'Wizard'}
        </h1>
      </div>
      <button type="button" onClick={() => openDialog('templates')}>
        Templates
      </button>
      <div class="steps">
        <Step
          label="Undo"
          path="M9 7L4 12l5 5M4 12h10a6 6 0 0 1 6 6"
          act={undo}
          enabled={past.length > 0}
        />
        <Step
          label="Redo"
          path="M15 7l5 5-5 5M20 12H10a6 6 0 0 0-6 6"
          act={redo}
          enabled={future.length > 0}
        />
      </div>
      <p class="standing" role="status" aria-label="Save state">
        <Standing />
      </p>
      <div class="actions">
        <button type="button" class={isUnsaved() ? 'strong' : ''} onClick={() => save()}>
          Save
        </button>
        <Run what="generate" label="Generate" />
        <Run what="build" label="Build" />
        <Run what="try" label="Try on the virtual board" go />
        <button type="button" disabled={isRunning('send')} onClick={() => openDialog('send')}>
          Send to devices
        </button>
        <button type="button" onClick={exportProject}>
          Export
        </button>
      </div>
    </header>
  );
}
