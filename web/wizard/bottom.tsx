// bottom.tsx - what runs: its log, the virtual board's addresses, each device while an update is sent; and mistakes.
// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef } from 'preact/hooks';
import { jobName, jobs, stop } from './jobs';
import { type Device, PHASES } from './send';
import { draw, goTo, state, words } from './store';
import { Tabs } from './tabs';
import { nameOf } from './tree';
import { kindOf } from './path';

function Log() {
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    if (isAtEnd.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  });
  const follow = () => {
    const { scrollTop, scrollHeight, clientHeight } = box.current!;
    isAtEnd.current = scrollHeight - scrollTop - clientHeight < 30;
  };
  return (
    <div
      class="log"
      ref={box}
      onScroll={follow}
      role="log"
      aria-label="Job log"
      aria-live="off"
      tabIndex={0}
    >
      {jobs.lines.map(({ what, text }) => (
        <div>
          <span>{jobName(what)}</span>
          {text}
        </div>
      ))}
      {!jobs.lines.length && (
        <p class="hint">Generate, Build and the virtual board say here what they do.</p>
      )}
    </div>
  );
}

function Phases({ device }: { device: Device }) {
  const at = PHASES.indexOf(device.reached);
  const isConfirmed = device.phase === 'confirmed';
  return (
    <ol class="phases" aria-label="Phases">
      {PHASES.map((it, i) => (
        <li
          class={i < at || isConfirmed ? 'past' : i === at ? 'now' : ''}
          aria-current={i === at ? 'step' : undefined}
        >
          {it}
        </li>
      ))}
    </ol>
  );
}

function DeviceRow({ device }: { device: Device }) {
  return (
    <li class={`device ${device.kind}`} aria-label={device.address}>
      <code>{device.address.replace('http://', '')}</code>
      <Phases device={device} />
      <progress max={100} value={device.percent} aria-label={`Received by ${device.address}`} />
      <span class="percent">{device.percent} %</span>
      <b class="verdict" title={device.text}>
        {device.verdict || device.phase}
      </b>
      {device.kind === 'bad' && device.text && <small>{device.text}</small>}
    </li>
  );
}

function Devices() {
  return (
    <div class="log" tabIndex={0} role="group" aria-label="Devices">
      {!jobs.devices.length && (
        <p class="hint">"Send to devices" shows here how far each one is.</p>
      )}
      <ul class="devices" aria-live="polite">
        {jobs.devices.map((it) => (
          <DeviceRow device={it} key={it.address} />
        ))}
      </ul>
    </div>
  );
}

const whereOf = (path: string): string => {
  if (path.startsWith('api/'))
    return path
      .split('/')
      .slice(1)
      .filter((it) => it !== 'attributes')
      .join('.');
  const node =
    path
      .match(/^(pages|toolbar)(\/\d+|\/panels|\/elements)*/)?.[0]
      .replace(/\/(panels|elements)$/, '') ?? '';
  return node && kindOf(node) !== 'project' ? nameOf(node) : path || 'description';
};

function Mistakes() {
  const { errors } = state.check;
  return (
    <div class="log" tabIndex={0} role="group" aria-label="To correct">
      {!errors.length && <p class="hint">Nothing to correct.</p>}
      <ul class="mistakes">
        {errors.map((it) => (
          <li>
            <button type="button" class="link" onClick={() => goTo(it.path)}>
              {whereOf(it.path)}
            </button>{' '}
            {it.line ? <small>line {it.line}</small> : null} {words(it)}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Sim() {
  if (!jobs.sim) return null;
  const { http, board } = jobs.sim;
  return (
    <p class="sim" role="group" aria-label="Virtual board">
      <b class="on">Virtual board runs</b>
      {http && (
        <a href={http} target="_blank" rel="noreferrer">
          Its page
        </a>
      )}
      {board && (
        <a href={board} target="_blank" rel="noreferrer">
          The board
        </a>
      )}
      <button type="button" onClick={() => stop('sim')}>
        Stop the board
      </button>
    </p>
  );
}

function Standing() {
  const job = jobs.list.filter((it) => it.what !== 'sim').at(-1);
  if (!job) return null;
  const isBad = job.exit !== undefined && ![0, 130].includes(job.exit);
  const how =
    job.exit === undefined
      ? 'runs'
      : job.exit === 130
        ? 'stopped'
        : isBad
          ? `failed, exit ${job.exit}`
          : 'done';
  return (
    <>
      <p
        class={`job ${job.exit === undefined ? 'runs' : isBad ? 'bad' : 'good'}`}
        role="status"
        aria-label="Last job"
      >
        {jobName(job.what)}: {how}
      </p>
      {job.exit === undefined && (
        <button type="button" class="copy" onClick={() => stop(job.what)}>
          Stop
        </button>
      )}
    </>
  );
}

export function Bottom() {
  const count = state.check.errors.length;
  return (
    <section class="bottom" aria-label="Jobs">
      <Tabs
        label="Jobs"
        tabs={['Log', 'Devices', 'To correct']}
        badges={{ 'To correct': count }}
        value={jobs.tab}
        onValue={(it) => {
          jobs.tab = it;
          draw();
        }}
        aside={
          <>
            <Standing />
            <Sim />
          </>
        }
      >
        {jobs.tab === 'Log' && <Log />}
        {jobs.tab === 'Devices' && <Devices />}
        {jobs.tab === 'To correct' && <Mistakes />}
      </Tabs>
    </section>
  );
}
