// ota.tsx - the update element: choose, check, watch, and what went wrong. SPDX-License-Identifier: Apache-2.0
import { draw, E, h, heard, status } from './core';
import { alert, bar, drop, focus } from './main';
import type { Phase } from './types';
import {
  ACTIVE,
  activePhase,
  begin,
  cancel,
  isOnTrial,
  phase,
  pick,
  picked,
  problem,
  putAway,
  resumed,
  revert,
  speed,
} from './update';

const kilobytes = (bytes: number) => `${(bytes / 1024).toFixed(1)} KB`;

const facts = (of: Record<string, string | null | undefined>) => (
  <p class="row facts">
    {Object.entries(of).map(
      ([name, value]) =>
        value && (
          <span>
            <small>{name}</small>
            {value}
          </span>
        ),
    )}
  </p>
);

// Files may be dropped anywhere on the page; without this the browser would open them.
function onDrag(event: DragEvent) {
  event.preventDefault();
  pick(event.dataTransfer?.files[0]); // none while it is dragged
}

E.ota_drop = ondragover = ondrop = onDrag;

const choose = () =>
  drop(
    '.bin,.zip',
    isOnTrial(),
    pick,
    'Choose a firmware file',
    isOnTrial()
      ? 'when the trial is over: the way back is in the other bank.'
      : 'or drop it here: .bin or .zip',
  );

const chosen = () => {
  const { file, info, asks = {}, consents, offset } = picked!;
  const names = Object.keys(asks);
  return (
    <div>
      <p class="row step">
        <span>{status!.version}</span>
        <i>→</i>
        <span>{info?.version ?? 'unknown'}</span>
      </p>
      {facts({
        Firmware: info?.name ?? file.name,
        Build: info?.build_id,
        Board: info?.board,
        Size: kilobytes(file.size),
      })}
      {names.map((name) => (
        <label class="row">
          <input
            type="checkbox"
            checked={!!consents[name]}
            onchange={() => {
              consents[name] = !consents[name];
              draw();
            }}
          />
          <span class="grow">
            {asks[name]} <b>Install it anyway.</b>
          </span>
        </label>
      ))}
      {offset! > 0 && (
        <p>
          Continues at {Math.floor((100 * offset!) / file.size)} %
        </p>
      )}
      <p class="row">
        <button
          class="go"
          disabled={!names.every((name) => consents[name]) || isOnTrial()}
          ref={focus}
          onclick={begin}
        >
          Update
        </button>
        <button onclick={putAway}>Another file</button>
      </p>
    </div>
  );
};

// Of the active phases.
const WORDS = [
  'Nothing is erased yet.',
  'It goes to the spare bank.',
  'It is read back from flash.',
  'The banks are swapped.',
];
const PHASES = [...ACTIVE, 'trial', 'confirmed'];

const steps = (now: Phase) => (
  <ol class="phases row quiet">
    {PHASES.map((word, i) => (
      <li
        class={i < PHASES.indexOf(now) && 'done'}
        aria-current={word === now && 'step'}
      >
        {word}
      </li>
    ))}
  </ol>
);

const progress = (now: Phase) => {
  const { size, in_flash, verified, from, phase: theirs } = status!;
  const isKnown = size > 0 && theirs === activePhase();
  const isRestarting = now === 'restarting';
  const share = (bytes: number) =>
    isRestarting ? 100 : isKnown ? Math.floor((100 * bytes) / size) : 0;
  const written = share(in_flash);
  const rate = speed();
  return (
    <div data-phase={now}>
      {!phase && from && (
        <p>
          Update in progress from {from}
        </p>
      )}
      {steps(now)}
      {bar('Bytes in flash', written, <i class="verified" style={`width:${share(verified)}%`} />)}
      <p class="row">
        <span class="grow">
          {phase && !isRestarting && resumed > 0 && `Continuing at ${resumed}\u00a0%. `}
          {WORDS[ACTIVE.indexOf(now)]}
        </span>
        <b>{written} %</b>
      </p>
      {isKnown &&
        facts({
          'In flash': `${kilobytes(in_flash)} of ${kilobytes(size)}`,
          Speed: rate ? `${kilobytes(rate)}/s` : '–',
          Remaining: rate ? `${Math.ceil((size - in_flash) / rate)} s` : '–',
        })}
      {isRestarting && Date.now() - heard > 3e4 && (
        <p>It takes long. With DHCP its address may be another.</p>
      )}
      {phase && !isRestarting && (
        <button ref={focus} onclick={cancel}>
          Cancel
        </button>
      )}
    </div>
  );
};

E.ota = () => {
  if (!status) return <p>Looking for the device</p>;
  const now = activePhase();
  if (now) return progress(now);
  const { name, version, revert: other, signatures } = status;
  const error = problem();
  return (
    <div>
      {alert(
        error
          ? {
              title: error.cause,
              text: `What to do: ${error.remedy}.`,
              more: `${error.name} (${error.code}). ${name} ${version} still runs.`,
            }
          : {},
      )}
      {isOnTrial() && steps('trial')}
      {!error && !picked && (
        <p class="step">
          {name} {version}
        </p>
      )}
      {picked?.asks && !picked.error ? chosen() : choose()}
      {other && !isOnTrial() && !picked && (
        <p class="row">
          <button onclick={revert}>
            Go back to {other.name} {other.version}
          </button>
        </p>
      )}
      {signatures?.policy === 'optional' && (
        <p class="quiet">Unsigned firmware is accepted.</p>
      )}
    </div>
  );
};
