// api.tsx - the endpoints: add, rename, remove, attributes, and the code of each. SPDX-License-Identifier: Apache-2.0
import { ENDPOINT_TYPES, hasAttributes } from './catalog';
import { EndpointCode } from './code';
import { ask } from './dialogs';
import * as api from './endpoints';
import {
  CheckField,
  DraftField,
  Group,
  NameField,
  NumberField,
  OwnMistakes,
  SelectField,
  TextField,
} from './fields';
import * as lines from './lines';
import { endpointMistake, nameMistake } from './names';
import { join } from './path';
import { usesOf } from './references';
import { change, description, draw, mistakesIn, say, select, state } from './store';
import { TextLines } from './text-lines';
import { nameOf } from './tree';
import type { Attribute, Endpoint } from './types';

const set = (name: string, key: string, value: unknown) =>
  change(api.setEndpointKey(description(), name, key, value), `api/${name}/${key}`);

const levels = (standard: string) => [
  { value: '', label: standard },
  ...Array.from({ length: 10 }, (_, i) => ({
    value: String(i),
    label: i === 0 ? '0: everybody' : String(i),
  })),
];

function Level({
  name,
  endpoint,
  way,
}: {
  name: string;
  endpoint: Endpoint;
  way: 'read' | 'write';
}) {
  const value = endpoint[way];
  return (
    <SelectField
      label={way === 'read' ? 'Read from level' : 'Write from level'}
      path={join('api', name, way)}
      value={value === undefined ? '' : String(value)}
      options={levels('as usual')}
      onValue={(it) => set(name, way, it === '' ? undefined : Number(it))}
    />
  );
}

// --- attributes ---

interface AttributeProps {
  name: string;
  attribute: string;
  it: Attribute;
}

/** An initial value, typed: the attribute's type decides what it must be. */
function readInitial(type: string, text: string): unknown {
  if (text === '') return undefined;
  return type === 'string' ? text : Number(text);
}

const initialMistake = (type: string, text: string): string => {
  if (type === 'string' || text === '') return '';
  if (!Number.isFinite(Number(text))) return 'A number is needed here.';
  return type === 'int' && !Number.isInteger(Number(text)) ? 'A whole number is needed here.' : '';
};

function Limits({ name, attribute, it }: AttributeProps) {
  const path = join('api', name, 'attributes', attribute);
  const put = (key: string, value: unknown) =>
    change(api.setAttributeKey(description(), name, attribute, key, value), `${path}/${key}`);
  const has = (key: string) => api.mayHave(it.type, key);
  const number = (key: string, label: string, min?: number, max?: number) => (
    <NumberField
      key={key}
      label={label}
      path={join(path, key)}
      value={it[key]}
      whole={it.type === 'int' || key === 'size'}
      min={min}
      max={max}
      onValue={(value) => put(key, value)}
    />
  );
  return (
    <div class="pair wrap">
      {it.type === 'bool' ? (
        <SelectField
          label="Initial"
          path={join(path, 'initial')}
          value={it.initial === undefined ? '' : String(it.initial)}
          options={[{ value: '', label: 'false' }, 'true']}
          onValue={(value) => put('initial', value === 'true' ? true : undefined)}
        />
      ) : (
        <DraftField
          label="Initial"
          path={join(path, 'initial')}
          value={it.initial}
          check={(text) => initialMistake(it.type, text)}
          onValue={(text) => put('initial', readInitial(it.type, text))}
        />
      )}
      {has('min') && number('min', 'Least')}
      {has('max') && number('max', 'Most')}
      {has('size') && number('size', 'Bytes in C', 2, 256)}
      {has('options') && (
        <TextLines
          label="Options"
          help="One per line; others are refused."
          path={join(path, 'options')}
          written={lines.writeValues(it.options)}
          meaning={(text) => lines.writeValues(lines.readValues(text))}
          onText={(text) => put('options', lines.readValues(text))}
        />
      )}
      <CheckField
        label="Read-only"
        value={it.read_only === true}
        onValue={(on) => put('read_only', on || undefined)}
      />
      {has('secret') && (
        <CheckField
          label="Secret"
          value={it.secret === true}
          onValue={(on) => put('secret', on || undefined)}
        />
      )}
      {has('history') && description().api[name].type === 'data' && (
        <History {...{ name, attribute, it }} />
      )}
    </div>
  );
}

function History({ name, attribute, it }: AttributeProps) {
  const path = join('api', name, 'attributes', attribute, 'history');
  const history = it.history as { points: number; seconds: number } | undefined;
  const put = (value: unknown) =>
    change(api.setAttributeKey(description(), name, attribute, 'history', value), path);
  return (
    <>
      <CheckField
        label="History kept by the device"
        value={!!history}
        onValue={(on) => put(on ? { points: 120, seconds: 1 } : undefined)}
      />
      {history && (
        <>
          <NumberField
            label="Points"
            path={join(path, 'points')}
            value={history.points}
            whole
            min={2}
            max={600}
            required
            onValue={(points) => put({ ...history, points })}
          />
          <NumberField
            label="Seconds between"
            path={join(path, 'seconds')}
            value={history.seconds}
            whole
            min={1}
            max={86400}
            required
            onValue={(seconds) => put({ ...history, seconds })}
          />
        </>
      )}
    </>
  );
}

async function removeAttribute(name: string, attribute: string): Promise<void> {
  const uses = usesOf(description(), { endpoint: name, attribute });
  const after = api.removeAttribute(description(), name, attribute);
  if (uses.length && !(await ask(...losing(`${name}.${attribute}`, uses)))) return;
  change(after);
  say(`${name}.${attribute} is removed.`);
}

function AttributeForm({ name, attribute, it }: AttributeProps) {
  const path = join('api', name, 'attributes', attribute);
  const taken = Object.keys(description().api[name].attributes ?? {}).filter(
    (other) => other !== attribute,
  );
  return (
    <fieldset class="attribute" aria-label={`Attribute ${attribute}`}>
      <OwnMistakes path={path} />
      <div class="pair">
        <NameField
          label="Attribute"
          value={attribute}
          check={(text) =>
            nameMistake(text) || (taken.includes(text) ? `There is "${text}" already.` : '')
          }
          onValue={(to) => change(api.renameAttribute(description(), name, attribute, to))}
        />
        <SelectField
          label="Type"
          path={join(path, 'type')}
          value={it.type}
          options={['bool', 'int', 'double', 'string']}
          onValue={(type) =>
            change(api.setAttributeKey(description(), name, attribute, 'type', type))
          }
        />
        <button
          type="button"
          aria-label={`Remove attribute ${attribute}`}
          onClick={() => removeAttribute(name, attribute)}
        >
          Remove
        </button>
      </div>
      <details>
        <summary>Limits, initial value, history</summary>
        <Limits {...{ name, attribute, it }} />
      </details>
    </fieldset>
  );
}

// --- one endpoint ---

function losing(what: string, uses: string[]): [string, string, string] {
  const names = uses.map(nameOf).join('; ');
  return [
    `Remove ${what}?`,
    `The page uses it: ${names}. Elements made for it go too; in texts the \${...} about it is left out. Undo brings all back.`,
    'Remove',
  ];
}

async function removeEndpoint(name: string): Promise<void> {
  const uses = usesOf(description(), { endpoint: name });
  if (uses.length && !(await ask(...losing(name, uses)))) return;
  change(api.removeEndpoint(description(), name));
  state.endpoint = '';
  say(`Endpoint ${name} is removed.`);
}

function Extras({ name, endpoint }: { name: string; endpoint: Endpoint }) {
  const number = (
    key: string,
    label: string,
    min: number,
    max: number | undefined,
    help?: string,
  ) => (
    <NumberField
      label={label}
      help={help}
      path={join('api', name, key)}
      value={endpoint[key]}
      whole
      min={min}
      max={max}
      onValue={(it) => set(name, key, it)}
    />
  );
  switch (endpoint.type) {
    case 'array':
      return number('rows', 'Rows at most', 1, 64);
    case 'events':
      return number('keep', 'Kept by the device', 0, 32, 'Empty: 8');
    case 'action':
      return (
        <>
          <CheckField
            label="Runs while the button is held"
            value={endpoint.hold === true}
            onValue={(on) => set(name, 'hold', on || undefined)}
          />
          <CheckField
            label="Restarts the device"
            value={endpoint.does === 'restart'}
            onValue={(on) => set(name, 'does', on ? 'restart' : undefined)}
          />
        </>
      );
    case 'file':
      return (
        <>
          {number('size_max', 'Bytes of a file at most', 1, undefined, 'Empty: 65536')}
          <CheckField
            label="May be uploaded"
            value={endpoint.upload !== false}
            onValue={(on) => set(name, 'upload', on ? undefined : false)}
          />
          <CheckField
            label="May be deleted"
            value={endpoint.delete !== false}
            onValue={(on) => set(name, 'delete', on ? undefined : false)}
          />
        </>
      );
    case 'data':
      return (
        <TextField
          label="Kept as configuration under"
          help="For example net: its attributes are then the keys net.ip, ..., kept in flash by the device; no getter and setter to write."
          path={join('api', name, 'config')}
          code
          value={endpoint.config}
          onValue={(it) => set(name, 'config', it || undefined)}
        />
      );
    default:
      return null;
  }
}

function EndpointForm({ name, endpoint }: { name: string; endpoint: Endpoint }) {
  const others = Object.keys(description().api).filter((it) => it !== name);
  const uses = usesOf(description(), { endpoint: name });
  const hasLevels = !['local', 'ota'].includes(endpoint.type);
  const add = () => change(api.addAttribute(description(), name).description);
  return (
    <>
      <OwnMistakes path={join('api', name)} />
      <OwnMistakes path={join('api', name, 'attributes')} />
      <div class="pair">
        {endpoint.type !== 'ota' && (
          <NameField
            label="Name"
            value={name}
            check={(it) => endpointMistake(it, endpoint.type, others)}
            onValue={(to) => {
              state.endpoint = to;
              change(api.renameEndpoint(description(), name, to));
            }}
          />
        )}
        <button
          type="button"
          aria-label={`Remove endpoint ${name}`}
          onClick={() => removeEndpoint(name)}
        >
          Remove
        </button>
      </div>
      {uses.length > 0 ? (
        <p class="uses">
          Used by
          {uses.map((it) => (
            <button type="button" class="link" onClick={() => select(it)}>
              {nameOf(it)}
            </button>
          ))}
        </p>
      ) : (
        <p class="uses">The page does not use it.</p>
      )}
      {hasAttributes(endpoint.type) && (
        <Group title={endpoint.type === 'action' ? 'Parameters' : 'Attributes'}>
          {Object.entries(endpoint.attributes ?? {}).map(([key, it]) => (
            <AttributeForm name={name} attribute={key} it={it} key={key} />
          ))}
          <button type="button" onClick={add}>
            Add attribute
          </button>
        </Group>
      )}
      <Group title="Rules">
        <Extras name={name} endpoint={endpoint} />
        <div class="pair">
          {hasLevels && <Level name={name} endpoint={endpoint} way="read" />}
          {endpoint.type !== 'local' && <Level name={name} endpoint={endpoint} way="write" />}
        </div>
      </Group>
      <EndpointCode name={name} />
    </>
  );
}

function Entry({ name, endpoint }: { name: string; endpoint: Endpoint }) {
  const isOpen = state.endpoint === name;
  const count = mistakesIn(join('api', name));
  const toggle = () => {
    state.endpoint = isOpen ? '' : name;
    draw();
  };
  return (
    <li class="entry">
      <h3>
        <button type="button" aria-expanded={isOpen} onClick={toggle}>
          <code>{name}</code>
          <small>{endpoint.type}</small>
          {count > 0 && <b class="count">{count}</b>}
        </button>
      </h3>
      {isOpen && <EndpointForm name={name} endpoint={endpoint} />}
    </li>
  );
}

function add(type: string): void {
  const { description: after, name } = api.addEndpoint(description(), type);
  change(after);
  state.endpoint = name;
  say(`Endpoint ${name} is added.`);
}

export function Api() {
  const all = Object.entries(description().api);
  const types = Object.entries(ENDPOINT_TYPES).filter(
    ([type]) => type !== 'ota' || !Object.hasOwn(description().api, 'firmware_update'),
  );
  return (
    <div class="form">
      <h2>API</h2>
      <p class="help">
        Each element makes its endpoint by itself. Here they are all, and those that no element
        shows.
      </p>
      <OwnMistakes path="api" />
      <ul class="entries" aria-label="Endpoints">
        {all.map(([name, it]) => (
          <Entry name={name} endpoint={it} key={name} />
        ))}
      </ul>
      <SelectField
        label="Add an endpoint"
        value=""
        options={[
          { value: '', label: 'choose its type' },
          ...types.map(([value, what]) => ({ value, label: `${value}: ${what}` })),
        ]}
        onValue={(type) => type && add(type)}
      />
    </div>
  );
}
