// project.tsx - brand, theme and access: the form of the whole page. SPDX-License-Identifier: Apache-2.0
import { CheckField, Group, NumberField, OwnMistakes, SelectField, TextField } from './fields';
import { setProperty } from './model';
import { change, description, state } from './store';
import type { User } from './types';

const USERS_MAX = 4;
const COLOUR = /^#[0-9a-f]{6}$/i;
const DEFAULTS: Record<string, string> = { accent: '#0b6770', accent_dark: '#56c1b9' };

const set = (key: string, value: unknown) =>
  change(setProperty(description(), '', key, value), key);

function setTheme(key: string, value: string | undefined): void {
  const theme = { ...(description().theme as object), [key]: value };
  const isEmpty = Object.values(theme).every((it) => it === undefined);
  set('theme', isEmpty ? undefined : theme);
}

function Colour({ label, name }: { label: string; name: string }) {
  const value = (description().theme as Record<string, string> | undefined)?.[name];
  const shown = value && COLOUR.test(value) ? value : DEFAULTS[name];
  return (
    <div class="colour">
      <TextField
        label={label}
        path={`theme/${name}`}
        value={value}
        placeholder={DEFAULTS[name]}
        code
        mistake={
          value && !COLOUR.test(value) ? 'A colour is # and six digits, for example #0b6770.' : ''
        }
        onValue={(it) => setTheme(name, it || undefined)}
      />
      <input
        type="color"
        aria-label={`Choose: ${label}`}
        value={shown}
        onInput={(event) => setTheme(name, event.currentTarget.value)}
      />
    </div>
  );
}

function setUsers(users: User[]): void {
  change(setProperty(description(), 'access', 'users', users), 'access/users');
}

function UserRow({ user, index }: { user: User; index: number }) {
  const { users } = description().access!;
  const change = (more: Partial<User>) =>
    setUsers(users.map((it, i) => (i === index ? { ...it, ...more } : it)));
  return (
    <div class="pair">
      <TextField
        label={`User ${index + 1}`}
        path={`access/users/${index}/name`}
        value={user.name}
        onValue={(name) => change({ name })}
      />
      <NumberField
        label={`Level, user ${index + 1}`}
        path={`access/users/${index}/level`}
        value={user.level}
        whole
        min={0}
        max={9}
        required
        onValue={(level) => level !== undefined && change({ level })}
      />
      {index > 0 && (
        <button
          type="button"
          aria-label={`Remove user ${user.name}`}
          onClick={() => setUsers(users.filter((_, i) => i !== index))}
        >
          Remove
        </button>
      )}
    </div>
  );
}

function Access() {
  const { access } = description();
  const add = () =>
    setUsers([...access!.users, { name: `user${access!.users.length + 1}`, level: 5 }]);
  return (
    <Group title="Access">
      <CheckField
        label="People sign in"
        help="Passwords are kept in the device, never in the firmware. The first user has level 9."
        value={!!access}
        onValue={(isOn) =>
          set('access', isOn ? { users: [{ name: 'admin', level: 9 }] } : undefined)
        }
      />
      {access && (
        <>
          <OwnMistakes path="access" />
          <OwnMistakes path="access/users" />
          {access.users.map((it, i) => (
            <UserRow user={it} index={i} key={i} />
          ))}
          <button type="button" disabled={access.users.length >= USERS_MAX} onClick={add}>
            Add user
          </button>
          <SelectField
            label="Until the first password is set"
            path="access/first_start"
            value={access.first_start ?? 'set'}
            options={[
              { value: 'set', label: 'the page only lets one set it' },
              { value: 'open', label: 'everybody may do everything, with a loud notice' },
            ]}
            onValue={(it) =>
              change(
                setProperty(description(), 'access', 'first_start', it === 'set' ? undefined : it),
              )
            }
          />
        </>
      )}
    </Group>
  );
}

export function ProjectForm() {
  const { brand, logo, theme } = description();
  const icons = Object.keys(state.project?.icons ?? {});
  return (
    <>
      <OwnMistakes path="" />
      <TextField
        label="Brand"
        required
        path="brand"
        value={brand}
        help="In the header, and the tab's title."
        onValue={(it) => set('brand', it)}
      />
      <SelectField
        label="Logo"
        path="logo"
        value={String(logo ?? 'flota')}
        options={icons}
        onValue={(it) => set('logo', it === 'flota' ? undefined : it)}
      />
      <Group title="Theme">
        <OwnMistakes path="theme" />
        <SelectField
          label="Light or dark"
          path="theme/mode"
          value={(theme as { mode?: string } | undefined)?.mode ?? 'auto'}
          options={[{ value: 'auto', label: 'as the system has it' }, 'light', 'dark']}
          onValue={(it) => setTheme('mode', it === 'auto' ? undefined : it)}
        />
        <Colour label="Accent" name="accent" />
        <Colour label="Accent when dark" name="accent_dark" />
      </Group>
      <Access />
    </>
  );
}
