// properties.tsx - the form of what is selected: project, page, panel or element. SPDX-License-Identifier: Apache-2.0
import { COMMON, type Field as Property, FIELDS, offerFor, OFFERS, STYLES } from './catalog';
import { EndpointMakes } from './code';
import { endpointsFor, endpointsOf, renameEndpoint, valuesFor } from './endpoints';
import {
  CheckField,
  Group,
  NameField,
  NumberField,
  OwnMistakes,
  type Option,
  SelectField,
  TextField,
} from './fields';
import * as lines from './lines';
import { addElement, rowsAround, setProperty } from './model';
import { endpointMistake } from './names';
import { get, join, kindOf, listOf } from './path';
import { ProjectForm } from './project';
import { change, description, mistakesAt, showEndpoint, state, words } from './store';
import { nameOf } from './tree';
import { TextLines } from './text-lines';
import type { Element } from './types';

const NEW = '+';
const set = (path: string, key: string, value: unknown) =>
  change(setProperty(description(), path, key, value), `${path}/${key}`);

/** Empty texts are left out. */
const textOr = (text: string): string | undefined => (text === '' ? undefined : text);

export const iconOptions = (): Option[] => [
  { value: '', label: 'none' },
  ...Object.keys(state.project?.icons ?? {}).map((it) => ({ value: it, label: it })),
];

export const levelOptions: Option[] = [
  { value: '', label: 'everybody' },
  ...Array.from({ length: 9 }, (_, i) => ({ value: String(i + 1), label: `level ${i + 1}` })),
];

// --- bindings ---

/** Another endpoint like the one this element would get from the palette; returns its value or name. */
function freshBinding(
  element: Element,
  path: string,
): { after: ReturnType<typeof description>; value: string; name: string } {
  const offer =
    element.type === 'container' ? 'list' : OFFERS.find((it) => it.type === element.type)!.id;
  const { list } = listOf(path);
  const { description: added, selected } = addElement(
    description(),
    offer,
    list,
    Number.MAX_SAFE_INTEGER,
  );
  const made = get(added, selected) as Element;
  get(added, list).pop();
  const [name] = endpointsOf(made);
  const value = made.value ?? (Array.isArray(made.values) ? made.values[0] : undefined);
  return { after: added, value: String(value ?? name), name };
}

function bind(element: Element, path: string, key: string, value: string): void {
  if (value !== NEW) return set(path, key, textOr(value));
  const fresh = freshBinding(element, path);
  change(setProperty(fresh.after, path, key, key === 'value' ? fresh.value : fresh.name));
}

const withNew = (list: string[]): Option[] => [
  ...list.map((it) => ({ value: it, label: it })),
  { value: NEW, label: 'a new endpoint' },
];

function ValuesField({
  property,
  element,
  path,
}: {
  property: Property;
  element: Element;
  path: string;
}) {
  const values = Array.isArray(element.values) ? element.values.map(String) : [];
  const all = [...new Set([...values, ...valuesFor(description(), property.of!)])];
  const add = () => {
    const fresh = freshBinding(element, path);
    change(setProperty(fresh.after, path, 'values', [...values, fresh.value]));
  };
  const toggle = (name: string, isOn: boolean) =>
    set(path, 'values', isOn ? [...values, name] : values.filter((it) => it !== name));
  return (
    <fieldset>
      <legend>{property.label} (1 to 4)</legend>
      {all.map((it) => (
        <CheckField label={it} value={values.includes(it)} onValue={(isOn) => toggle(it, isOn)} />
      ))}
      <button type="button" onClick={add}>
        Add a value
      </button>
      {mistakesAt(join(path, 'values')).map((it) => (
        <p class="mistake">{words(it)}</p>
      ))}
    </fieldset>
  );
}

function StyleField({ element, path }: { element: Element; path: string }) {
  const style = String(element.style ?? '');
  if (style.includes('${'))
    return (
      <TextField
        label="Style"
        path={join(path, 'style')}
        value={style}
        onValue={(it) => set(path, 'style', textOr(it))}
      />
    );
  const words = style.split(/\s+/).filter(Boolean);
  const toggle = (word: string, isOn: boolean) =>
    set(
      path,
      'style',
      textOr((isOn ? [...words, word] : words.filter((it) => it !== word)).join(' ')),
    );
  return (
    <fieldset class="words-list">
      <legend>Style</legend>
      {STYLES.map((it) => (
        <CheckField label={it} value={words.includes(it)} onValue={(isOn) => toggle(it, isOn)} />
      ))}
    </fieldset>
  );
}

function DisabledField({ element, path }: { element: Element; path: string }) {
  const { disabled } = element;
  const kind = typeof disabled === 'string' ? 'while' : disabled ? 'always' : 'never';
  const choose = (it: string) =>
    set(
      path,
      'disabled',
      it === 'never' ? undefined : it === 'always' ? true : '${device.online == false}',
    );
  return (
    <>
      <SelectField
        label="Disabled"
        value={kind}
        options={['never', 'always', { value: 'while', label: 'while an expression is true' }]}
        onValue={choose}
      />
      {kind === 'while' && (
        <TextField
          label="Disabled while"
          code
          path={join(path, 'disabled')}
          value={disabled}
          onValue={(it) => set(path, 'disabled', it)}
        />
      )}
    </>
  );
}

// --- one property ---

const LINES: Record<
  string,
  { read: (text: string) => unknown; write: (value: unknown) => string }
> = {
  list: { read: lines.readList, write: lines.writeList },
  choices: { read: lines.readChoices, write: lines.writeChoices },
  zones: { read: lines.readZones, write: lines.writeZones },
  parameters: { read: lines.readParameters, write: lines.writeParameters },
};

function PropertyField({
  property,
  element,
  path,
}: {
  property: Property;
  element: Element;
  path: string;
}) {
  const { key, label, kind, help, required, of = [], options = [] } = property;
  const value = element[key];
  const common = { label, help, required, path: join(path, key) };
  const take = (it: unknown) => set(path, key, it);
  if (LINES[kind]) {
    const { read, write } = LINES[kind];
    return (
      <TextLines
        {...common}
        written={write(value)}
        meaning={(text) => write(read(text))}
        onText={(text) => take(read(text))}
      />
    );
  }
  switch (kind) {
    case 'number':
      return <NumberField {...common} value={value} onValue={take} />;
    case 'bool':
      return (
        <CheckField
          {...common}
          value={(value ?? property.on ?? false) === true}
          onValue={(it) => take(it === property.on ? undefined : it)}
        />
      );
    case 'select':
      return (
        <SelectField
          {...common}
          value={String(value ?? '')}
          options={[{ value: '', label: 'by the attribute' }, ...options]}
          onValue={(it) => take(textOr(it))}
        />
      );
    case 'icon':
      return (
        <SelectField
          {...common}
          value={String(value ?? '')}
          options={iconOptions()}
          onValue={(it) => take(textOr(it))}
        />
      );
    case 'level':
      return (
        <SelectField
          {...common}
          value={String(value || '')}
          options={levelOptions}
          onValue={(it) => take(it ? Number(it) : undefined)}
        />
      );
    case 'value': {
      const rows = rowsAround(description(), listOf(path).list);
      return (
        <SelectField
          {...common}
          value={String(value ?? '')}
          options={withNew(valuesFor(description(), of, rows))}
          onValue={(it) => bind(element, path, key, it)}
        />
      );
    }
    case 'endpoint': {
      const names = withNew(endpointsFor(description(), of));
      const all = required ? names : [{ value: '', label: 'not repeated' }, ...names];
      return (
        <SelectField
          {...common}
          value={String(value ?? '')}
          options={all}
          onValue={(it) => bind(element, path, key, it)}
        />
      );
    }
    case 'values':
      return <ValuesField property={property} element={element} path={path} />;
    case 'style':
      return <StyleField element={element} path={path} />;
    case 'disabled':
      return <DisabledField element={element} path={path} />;
    default:
      return (
        <TextField
          {...common}
          value={value}
          rows={kind === 'text' && key === 'text' ? 2 : undefined}
          onValue={(it) => take(key === 'text' && required ? it : textOr(it))}
        />
      );
  }
}

// --- forms ---

function EndpointName({ name }: { name: string }) {
  const { api } = description();
  const others = Object.keys(api).filter((it) => it !== name);
  if (!Object.hasOwn(api, name)) return null;
  return (
    <div class="named">
      {api[name].type === 'ota' ? (
        <p class="help">The update's endpoint is always firmware_update.</p>
      ) : (
        <NameField
          label="Endpoint name"
          key={name}
          value={name}
          path={join('api', name)}
          help="Its path, its struct and its functions are named after it."
          check={(it) => endpointMistake(it, api[name].type, others)}
          onValue={(it) => change(renameEndpoint(description(), name, it))}
        />
      )}
      <EndpointMakes name={name} />
      <button type="button" class="link" onClick={() => showEndpoint(name)}>
        Attributes and code of {name}
      </button>
    </div>
  );
}

function ElementForm({ path }: { path: string }) {
  const element = get(description(), path) as Element;
  const properties = FIELDS[element.type] ?? [];
  const names = endpointsOf(element);
  const row = (it: Property) => (
    <PropertyField property={it} element={element} path={path} key={path + it.key} />
  );
  return (
    <>
      <OwnMistakes path={path} />
      {!FIELDS[element.type] && (
        <p class="callout bad">The wizard does not know the type "{element.type}".</p>
      )}
      {properties.map(row)}
      {names.length > 0 && (
        <Group title={names.length > 1 ? 'Endpoints' : 'Endpoint'}>
          {names.map((it) => (
            <EndpointName name={it} key={it} />
          ))}
        </Group>
      )}
      <Group title="Appearance">{COMMON.map(row)}</Group>
    </>
  );
}

function PageForm({ path }: { path: string }) {
  const page = get(description(), path);
  return (
    <>
      <OwnMistakes path={path} />
      <TextField
        label="Title"
        required
        path={join(path, 'title')}
        value={page.title}
        onValue={(it) => set(path, 'title', it)}
      />
      <SelectField
        label="Icon"
        path={join(path, 'icon')}
        value={String(page.icon ?? '')}
        options={iconOptions()}
        onValue={(it) => set(path, 'icon', textOr(it))}
      />
      <SelectField
        label="Seen from level"
        path={join(path, 'level')}
        value={String(page.level || '')}
        options={levelOptions}
        onValue={(it) => set(path, 'level', it ? Number(it) : undefined)}
      />
    </>
  );
}

function PanelForm({ path }: { path: string }) {
  const panel = get(description(), path);
  return (
    <>
      <OwnMistakes path={path} />
      <TextField
        label="Title"
        path={join(path, 'title')}
        value={panel.title}
        onValue={(it) => set(path, 'title', textOr(it))}
      />
      <CheckField
        label="As wide as the page"
        value={panel.style === 'wide'}
        onValue={(it) => set(path, 'style', it ? 'wide' : undefined)}
      />
    </>
  );
}

export function Properties() {
  const path = state.selected;
  const kind = kindOf(path);
  const node = get(description(), path);
  return (
    <div class="form">
      <h2>
        {kind === 'element' ? (offerFor(node)?.label ?? node.type) : nameOf(path).split(':')[0]}
      </h2>
      {kind === 'project' && <ProjectForm />}
      {kind === 'toolbar' && (
        <p class="help">
          Elements beside the title, on each page: text, icon, toggle, button, login and logout.
        </p>
      )}
      {kind === 'page' && <PageForm path={path} />}
      {kind === 'panel' && <PanelForm path={path} />}
      {kind === 'element' && <ElementForm path={path} key={path} />}
    </div>
  );
}
