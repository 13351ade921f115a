// fields.tsx - labelled controls; mistakes stand at the control they are about. SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useUniqueId } from './unique';
import { mistakesAt, words } from './store';

export interface Labelled {
  label: string;
  help?: string;
  path?: string; // where the checker finds this
  mistake?: string; // found here, while typing
  required?: boolean;
}

interface Frame extends Labelled {
  children: (control: {
    id: string;
    'aria-required'?: boolean;
    'aria-describedby'?: string;
    'aria-invalid'?: boolean;
  }) => JSX.Element;
}

function Mistakes({ id, texts }: { id: string; texts: string[] }) {
  return (
    <p id={id} class="mistake">
      {texts.map((it) => (
        <span>{it}</span>
      ))}
    </p>
  );
}

/** Label, control, help and mistakes of one field. */
export function Field({ label, help, path, mistake, required, children }: Frame) {
  const id = useUniqueId();
  const found = path === undefined ? [] : mistakesAt(path).map(words);
  const texts = mistake ? [mistake, ...found] : found;
  const described = [help && `${id}-help`, texts.length && `${id}-mistake`]
    .filter(Boolean)
    .join(' ');
  return (
    <div class="field">
      <label for={id} class={required ? 'needed' : ''}>
        {label}
      </label>
      {children({
        id,
        'aria-required': required || undefined,
        'aria-describedby': described || undefined,
        'aria-invalid': texts.length > 0 || undefined,
      })}
      {help && (
        <p id={`${id}-help`} class="help">
          {help}
        </p>
      )}
      {texts.length > 0 && <Mistakes id={`${id}-mistake`} texts={texts} />}
    </div>
  );
}

interface TextProps extends Labelled {
  value: unknown;
  onValue: (text: string) => void;
  placeholder?: string;
  type?: string;
  rows?: number;
  code?: boolean;
}

const shown = (value: unknown): string =>
  value === undefined || value === null
    ? ''
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value);

export function TextField({
  value,
  onValue,
  placeholder,
  type = 'text',
  rows,
  code,
  ...frame
}: TextProps) {
  const typed = (event: JSX.TargetedInputEvent<HTMLInputElement | HTMLTextAreaElement>) =>
    onValue(event.currentTarget.value);
  return (
    <Field {...frame}>
      {(control) =>
        rows ? (
          <textarea
            {...control}
            rows={rows}
            class={code ? 'code' : ''}
            placeholder={placeholder}
            spellcheck={false}
            value={shown(value)}
            onInput={typed}
          />
        ) : (
          <input
            {...control}
            type={type}
            class={code ? 'code' : ''}
            placeholder={placeholder}
            spellcheck={false}
            autocomplete="off"
            value={shown(value)}
            onInput={typed}
          />
        )
      }
    </Field>
  );
}

/** A text that is taken only when it is right; what is wrong stays in the control, with the reason. */
export function DraftField({
  value,
  onValue,
  check,
  ...frame
}: TextProps & { check: (text: string) => string }) {
  const [draft, setDraft] = useState<string | undefined>(undefined);
  const mistake = draft === undefined ? '' : check(draft);
  const take = (text: string) => {
    const isRight = !check(text);
    setDraft(isRight ? undefined : text);
    if (isRight) onValue(text);
  };
  return <TextField {...frame} value={draft ?? value} onValue={take} mistake={mistake} />;
}

/** A name: taken when the field is left or Enter is pressed, so that half a name never renames anything. */
export function NameField({
  value,
  onValue,
  check,
  ...frame
}: TextProps & { check: (text: string) => string }) {
  const [draft, setDraft] = useState<string | undefined>(undefined);
  const mistake = draft === undefined ? '' : check(draft);
  const finish = () => {
    if (draft === undefined || mistake) return;
    setDraft(undefined);
    if (draft !== value) onValue(draft);
  };
  return (
    <Field {...frame} mistake={mistake}>
      {(control) => (
        <input
          {...control}
          class="code"
          spellcheck={false}
          autocomplete="off"
          value={draft ?? shown(value)}
          onInput={(event) => setDraft(event.currentTarget.value)}
          onBlur={finish}
          onKeyDown={(event) => {
            if (event.key === 'Enter') finish();
            if (event.key === 'Escape') setDraft(undefined);
          }}
        />
      )}
    </Field>
  );
}

const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

interface NumberProps extends Labelled {
  value: unknown;
  onValue: (value: number | undefined) => void;
  whole?: boolean;
  min?: number;
  max?: number;
  placeholder?: string;
}

export function NumberField({ value, onValue, whole, min, max, ...frame }: NumberProps) {
  const check = (text: string) => {
    if (!text.trim()) return frame.required ? 'A number is needed.' : '';
    if (!NUMBER.test(text.trim())) return 'A number is needed here.';
    const number = Number(text);
    if (whole && !Number.isInteger(number)) return 'A whole number is needed here.';
    if (min !== undefined && number < min) return `At least ${min}.`;
    return max !== undefined && number > max ? `At most ${max}.` : '';
  };
  return (
    <DraftField
      {...frame}
      value={value}
      check={check}
      onValue={(text) => onValue(text.trim() ? Number(text) : undefined)}
    />
  );
}

export interface Option {
  value: string;
  label: string;
}

interface SelectProps extends Labelled {
  value: string;
  options: (string | Option)[];
  onValue: (value: string) => void;
}

const asOption = (it: string | Option): Option =>
  typeof it === 'string' ? { value: it, label: it } : it;

export function SelectField({ value, options, onValue, ...frame }: SelectProps) {
  const all = options.map(asOption);
  if (!all.some((it) => it.value === value)) all.unshift({ value, label: value || 'choose' });
  return (
    <Field {...frame}>
      {(control) => (
        <select {...control} value={value} onChange={(event) => onValue(event.currentTarget.value)}>
          {all.map((it) => (
            <option value={it.value} selected={it.value === value}>
              {it.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

export function CheckField({
  label,
  help,
  value,
  onValue,
}: Labelled & { value: boolean; onValue: (value: boolean) => void }) {
  return (
    <div class="field">
      <label class="check">
        <input
          type="checkbox"
          checked={value}
          onChange={(event) => onValue(event.currentTarget.checked)}
        />
        <span>{label}</span>
      </label>
      {help && <p class="help">{help}</p>}
    </div>
  );
}

/** A heading with what belongs to it. */
export function Group({
  title,
  children,
  aside,
}: {
  title: string;
  children: ComponentChildren;
  aside?: ComponentChildren;
}) {
  return (
    <section class="group" aria-label={title}>
      <h3>
        {title}
        {aside}
      </h3>
      {children}
    </section>
  );
}

/** Mistakes of a place that no field of the form shows. */
export function OwnMistakes({ path }: { path: string }) {
  const found = mistakesAt(path);
  if (!found.length) return null;
  return (
    <div class="callout bad" role="group" aria-label="Mistakes">
      {found.map((it) => (
        <p>{words(it)}</p>
      ))}
    </div>
  );
}

export function Picture({ path, size = 16 }: { path?: string; size?: number }) {
  return (
    <svg viewBox="0 0 24 24" width={size} height={size} aria-hidden="true">
      <path d={path} />
    </svg>
  );
}
