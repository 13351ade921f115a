// actions.tsx - what the device does: buttons, also held ones; and its files. SPDX-License-Identifier: Apache-2.0
import { complain, draw, E, h, online, post, request, send, text, values } from './core';
import { isOff } from './fields';
import { bar, drop, icon } from './main';
import type { Element, Json } from './types';

const HOLD_MS = 500; // the device lets go after 1500 ms without

/** Start an action with the parameters of its button. */
function act({ action, values: given = {} }: Element, body: Json = {}) {
  for (const name in given) body[name] = text(given[name]);
  post(action!, JSON.stringify(body));
}

let timer = 0; // repeats while a button is held

E.hold = (element: Element) => {
  const turn = ({ type, key }: any) => {
    const pressed = /down/.test(type);
    if (pressed === timer > 0 || (key && !/^( |Enter)$/.test(key))) return;
    const say = () => act(element, { pressed });
    say();
    clearInterval(timer);
    timer = pressed ? setInterval(say, HOLD_MS) : 0;
  };
  // Leaving also follows when a touch becomes something else.
  return {
    style: 'touch-action:none',
    onpointerdown: turn,
    onkeydown: turn,
    onpointerup: turn,
    onpointerleave: turn,
    onkeyup: turn,
    onblur: turn,
  };
};

E.confirm = ({ confirm: question }: any) => !question || confirm(question);

E.button = (element: Element) => {
  const { action, title, icon: name, hold } = element;
  const state = values[action!]?.state ?? '';
  return (
    <p class="row">
      {h(
        'button',
        {
          disabled: isOff(element) || (!hold && state === 'running'),
          ...(hold ? E.hold(element) : { onclick: () => (!E.confirm || E.confirm(element)) && act(element) }),
        },
        name && icon(name),
        title,
      )}
      <output>{state.replace('idle', '')}</output>
    </p>
  );
};

// --- files ---

interface Files extends Element {
  _list?: { name: string; size: number }[];
  _share?: number; // of an upload, in percent
}

async function list(element: Files) {
  element._list ??= [];
  const [, json] = await request('GET', element.endpoint!);
  if (json?.map) element._list = json;
  draw();
}

/** XMLHttpRequest: fetch() does not say how much has gone. */
function upload(element: Files, file: File) {
  const upload = new XMLHttpRequest();
  upload.open('PUT', `api/${element.endpoint}/${encodeURIComponent(file.name)}`);
  upload.responseType = 'json';
  upload.upload.onprogress = ({ loaded, total }) => {
    element._share = (100 * loaded) / total;
    draw();
  };
  upload.onloadend = () => {
    element._share = undefined;
    if (upload.status !== 200) complain(upload.response);
    list(element);
  };
  upload.send(file);
}

async function remove(element: Files, name: string) {
  if (!confirm(`Delete ${name}?`)) return;
  const [code, json] = await send('DELETE', `${element.endpoint}/${name}`);
  if (code !== 200) complain(json);
  list(element);
}

E.file = (element: any) => {
  const { endpoint, title, accept, _of } = element;
  const { _list, _share }: Files = _of;
  const disabled = isOff(element);
  if (online && !_list) list(_of);
  return (
    <div>
      <b>{title}</b>
      {_list?.map(({ name, size }) => (
        <p class="row">
          <a class="grow" href={`api/${endpoint}/${name}`} download={name}>
            {name}
          </a>
          <small>{size} bytes</small>
          {element.delete !== 0 && (
            <button aria-label={`Delete ${name}`} disabled={disabled} onclick={() => remove(_of, name)}>
              ✕
            </button>
          )}
        </p>
      ))}
      {element.upload !== 0 &&
        drop(
          accept,
          disabled,
          (file) => upload(_of, file),
          'Upload a file',
          _share! >= 0 && bar('Upload', _share!),
        )}
    </div>
  );
};
