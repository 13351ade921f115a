// preview.tsx - the device's real page, live, on an origin of its own. A new description is loaded behind the old one and
// takes its place when it is drawn. Which element was clicked comes by messages (the kit's feature `wizard`).
// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from 'preact/hooks';
import { get } from './path';
import { description, draw, goTo, now, previewAs, select, state } from './store';

const DESKTOP = 960;
const PHONE = 390;
const NARROW = 900; // style.css stacks all from here down
const SHOW_ANYWAY_MS = 3000;

const frames = new Map<number, HTMLIFrameElement>();
let shown = 0; // which of them is seen
let told = ''; // what the shown one outlines
let scheme = 'System';

const origin = () => new URL(state.project!.preview).origin;

const post = (number: number, message: object) =>
  frames.get(number)?.contentWindow?.postMessage(message, origin());

function tell(path: string): void {
  told = path;
  post(shown, { flota: 'select', path });
}

const tellScheme = (number: number) =>
  post(number, { flota: 'scheme', scheme: scheme === 'System' ? '' : scheme.toLowerCase() });

function arrived(number: number): void {
  if (number <= shown) return;
  shown = number;
  tellScheme(number);
  tell(state.selected);
  draw();
}

function listen(event: MessageEvent): void {
  if (!state.project || event.origin !== origin()) return;
  const number = [...frames].find(([, it]) => it.contentWindow === event.source)?.[0];
  const { flota, path, page } = event.data ?? {};
  if (number === undefined) return;
  if (flota === 'ready') arrived(number);
  if (number !== shown) return;
  if (flota === 'page' && Number.isInteger(page)) state.livePage = page;
  if (flota === 'pick' && typeof path === 'string' && get(description(), path)) select(path);
}
addEventListener('message', listen);

function Frame({ number }: { number: number }) {
  const [page] = useState(state.livePage);
  const isShown = number === shown;
  return (
    <iframe
      ref={(it) => void (it ? frames.set(number, it) : frames.delete(number))}
      title={isShown ? 'Live page' : 'Next live page'}
      aria-hidden={!isShown}
      tabIndex={isShown ? 0 : -1}
      class={isShown ? '' : 'waiting'}
      src={`${state.project!.preview}?v=${number}#${page}`}
      onLoad={() => setTimeout(() => arrived(number), SHOW_ANYWAY_MS)}
    />
  );
}

function Switch({
  label,
  options,
  value,
  onValue,
}: {
  label: string;
  options: string[];
  value: string;
  onValue: (it: string) => void;
}) {
  return (
    <div class="switch" role="group" aria-label={label}>
      {options.map((it) => (
        <button type="button" aria-pressed={it === value} onClick={() => onValue(it)}>
          {it}
        </button>
      ))}
    </div>
  );
}

/** The page has a desktop's width even where there is less room: drawn smaller then. */
function useRoom() {
  const stage = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState({ width: DESKTOP, height: 600 });
  useEffect(() => {
    const observer = new ResizeObserver(([{ contentRect }]) =>
      setRoom({ width: contentRect.width, height: contentRect.height }),
    );
    observer.observe(stage.current!);
    return () => observer.disconnect();
  }, []);
  return { stage, room };
}

const ALL = 'everything allowed';
const NOBODY = 'nobody signed in';

/** With access: the page as each user sees it. */
function SeenBy() {
  const [who, setWho] = useState(ALL);
  const users = description().access?.users;
  if (!users) return null;
  const choose = (it: string) => {
    setWho(it);
    previewAs(it === ALL ? { level: 9 } : { user: it === NOBODY ? null : it });
  };
  return (
    <select
      class="seen"
      aria-label="Seen by"
      value={who}
      onChange={(event) => choose(event.currentTarget.value)}
    >
      {[ALL, NOBODY, ...users.map((it) => it.name)].map((it) => (
        <option value={it}>{it}</option>
      ))}
    </select>
  );
}

function Standing() {
  const { errors, page } = state.check;
  if (now().mistake) return <span class="bad">JSON, line {now().mistake!.line}</span>;
  if (errors.length)
    return (
      <button type="button" class="link bad" onClick={() => goTo(errors[0].path)}>
        {errors.length} to correct; the last good page
      </button>
    );
  return <span>{page ? `${(page.bytes / 1024).toFixed(1)} KB on the device` : ''}</span>;
}

function chooseScheme(it: string): void {
  scheme = it;
  tellScheme(shown);
  draw();
}

export function Preview() {
  const [width, setWidth] = useState(innerWidth < NARROW ? 'Phone' : 'Desktop');
  const { stage, room } = useRoom();
  useEffect(() => {
    if (told !== state.selected) tell(state.selected);
  });
  const numbers = [...new Set([shown, state.live])].filter((it) => it > 0);
  const wanted = width === 'Phone' ? PHONE : Math.max(DESKTOP, room.width);
  const scale = Math.min(1, room.width / wanted);
  const size = `width:${wanted}px;height:${room.height / scale}px;transform:scale(${scale})`;
  return (
    <main class="preview">
      <div class="head">
        <h2>Live page</h2>
        <p class="standing">
          <Standing />
        </p>
        <SeenBy />
        <Switch label="Width" options={['Desktop', 'Phone']} value={width} onValue={setWidth} />
        <Switch
          label="Light or dark"
          options={['System', 'Light', 'Dark']}
          value={scheme}
          onValue={chooseScheme}
        />
      </div>
      <div class="stage" ref={stage}>
        {numbers.length === 0 && (
          <p class="hint">The page comes with the first description that is right.</p>
        )}
        <div class={`paper ${width === 'Phone' ? 'phone' : ''}`} style={size}>
          {numbers.map((it) => (
            <Frame number={it} key={it} />
          ))}
        </div>
      </div>
    </main>
  );
}
