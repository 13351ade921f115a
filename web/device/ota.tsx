// ota.tsx - the update element: choose, check, watch, and what went wrong.
// SPDX-License-Identifier: Apache-2.0
import { h } from 'preact';
import { activePhase, CHECK, draw, state } from './device';
import type { Picked } from './image';
import type { ErrorText, Phase, Status } from './types';
import { begin, cancel, offset, pick, putAway, revert, speed } from './update';
import { ACTIVE, PHASES, stillRuns } from './view';

// Later: a new element is not in the document yet.
const focus = (element: HTMLElement | null) => element && void setTimeout(() => element.focus());
const kilobytes = (bytes: number) => `${(bytes / 1024).toFixed(1)} KB`;

function Facts({ of }: { of: [string, string | undefined][] }) {
  return (
    <dl>
      {of.map(
        ([name, value]) =>
          value && (
            <div>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

// Files may be dropped anywhere on the page; without this the browser would open them.
function onDrag(event: DragEvent) {
  event.preventDefault();
  pick(event.dataTransfer?.files[0]); // none while it is dragged
}
addEventListener('dragover', onDrag);
addEventListener('drop', onDrag);

function Choose({ status }: { status: Status }) {
  return (
    <label class="drop">
      <input
        type="file"
        accept=".bin,.zip"
        disabled={!!status.trial}
        onChange={(event) => {
          pick(event.currentTarget.files?.[0]);
          event.currentTarget.value = '';
        }}
      />
      <b>Choose a firmware file</b>
      <span>
        {status.trial
          ? 'when the trial is over: the way back is in the other bank.'
          : 'or drop a .bin or .zip here. It is checked before anything is erased.'}
      </span>
    </label>
  );
}

function Consent({ name, why }: { name: string; why: string }) {
  return (
    <label class="consent">
      <input
        type="checkbox"
        checked={!!state.consents[name]}
        onChange={(event) => {
          state.consents[name] = event.currentTarget.checked;
          draw();
        }}
      />
      <span>
        {why} <b>Install it anyway.</b>
      </span>
    </label>
  );
}

function Chosen({ picked, status }: { picked: Picked; status: Status }) {
  const { file, info, asks } = picked;
  const ready = Object.keys(asks).every((name) => state.consents[name]);
  const at = offset();
  return (
    <div>
      <p class="row step">
        <span>{status.version}</span>
        <i>→</i>
        <span>{info ? info.version : 'unknown'}</span>
      </p>
      <Facts
        of={[
          ['Firmware', info ? info.name : file.name],
          ['Build', info?.build_id ?? info?.build],
          ['Board', info?.board],
          ['Size', kilobytes(file.size)],
        ]}
      />
      {Object.entries(asks).map(([name, why]) => (
        <Consent name={name} why={why} />
      ))}
      {at > 0 && (
        <p>Continues at {Math.floor((100 * at) / file.size)} %: the device has what comes before.</p>
      )}
      <p class="row">
        <button class="go" disabled={!ready || !!status.trial} ref={focus} onClick={begin}>
          Update
        </button>
        <button onClick={putAway}>Another file</button>
      </p>
    </div>
  );
}

function Numbers({ status }: { status: Status }) {
  const rate = speed();
  return (
    <Facts
      of={[
        ['In flash', `${kilobytes(status.in_flash)} of ${kilobytes(status.size)}`],
        ['Speed', rate ? `${kilobytes(rate)}/s` : '–'],
        ['Remaining', rate ? `${Math.ceil((status.size - status.in_flash) / rate)} s` : '–'],
      ]}
    />
  );
}

const WORDS: Record<string, string> = {
  checking: 'Nothing is erased yet.',
  receiving: 'It goes to the spare bank. The running firmware is not touched.',
  verifying: 'It is read back from flash.',
  restarting: 'The banks are swapped. This page finds the device again.',
};

function Steps({ phase }: { phase: Phase }) {
  return (
    <ol class="phases">
      {PHASES.map((word, i) => (
        <li
          class={i < PHASES.indexOf(phase) ? 'done' : undefined}
          aria-current={word === phase ? 'step' : undefined}
        >
          {word}
        </li>
      ))}
    </ol>
  );
}

function Progress({ phase, status }: { phase: Phase; status: Status }) {
  const known = ACTIVE.includes(status.phase) && status.size > 0;
  const share = (bytes: number) =>
    phase === 'restarting' ? 100 : known ? Math.floor((100 * bytes) / status.size) : 0;
  const written = share(status.in_flash);
  const own = state.phase;
  const resumed = own && phase !== 'restarting' && state.resumed; // %
  return (
    <div data-phase={phase}>
      {!own && status.from && (
        <p>
          Update in progress from <b>{status.from}</b>
        </p>
      )}
      <Steps phase={phase} />
      <div
        class="bar"
        role="progressbar"
        aria-label="Bytes in flash"
        aria-valuenow={written}
        aria-valuetext={`${phase}, ${written} %`}
      >
        <i style={`width:${written}%`} />
        <i class="verified" style={`width:${share(status.verified)}%`} />
      </div>
      <p class="row">
        <span class="grow">
          {resumed ? `Continuing at ${resumed}\u00a0%. ` : ''}
          {resumed && phase === 'checking' ? '' : WORDS[phase]}
        </span>
        <b class="percent">{written} %</b>
      </p>
      {known && <Numbers status={status} />}
      {phase === 'restarting' && state.misses > 30 && (
        <p>It takes long. {CHECK} With DHCP its address may be another.</p>
      )}
      {own && own !== 'restarting' && (
        <button ref={focus} onClick={cancel}>
          Cancel
        </button>
      )}
    </div>
  );
}

function Failure({ error, status }: { error: ErrorText; status: Status }) {
  return (
    <div class="failure" role="alert">
      <h3>{error.cause}</h3>
      <p>What to do: {error.remedy}.</p>
      <p class="quiet">
        {error.name} ({error.code}). {stillRuns(status)}
      </p>
    </div>
  );
}

export function Ota() {
  const { status, picked } = state;
  if (!status) return <p class="quiet">Looking for the device…</p>;
  const phase = activePhase();
  if (phase) return <Progress phase={phase} status={status} />;
  const other = status.phase === 'failed' && !state.picked && !state.seen ? status.error : null;
  const error = state.error ?? other;
  return (
    <div>
      {error && <Failure error={error} status={status} />}
      {status.trial && <Steps phase="trial" />}
      {!error && !picked && (
        <p class="step">
          {status.name} {status.version}
        </p>
      )}
      {picked && !picked.error ? (
        <Chosen picked={picked} status={status} />
      ) : (
        <Choose status={status} />
      )}
      {status.revert && !status.trial && !picked && (
        <p class="row">
          <button onClick={revert}>
            Go back to {status.revert.name} {status.revert.version}
          </button>
        </p>
      )}
      {status.signatures?.policy === 'optional' && (
        <p class="row quiet">Unsigned firmware is accepted (development).</p>
      )}
    </div>
  );
}
