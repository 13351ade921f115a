// settings.tsx - what flota.yml says: board, network, login, update policy, modules. SPDX-License-Identifier: Apache-2.0
import { CheckField, DraftField, Group, NumberField, SelectField, TextField } from './fields';
import { changeSettings, mistakesAt, now, state } from './store';
import type { Address } from './types';

const MODULES: Record<string, string> = {
  'ota-http-server': 'the page, and updates over HTTP',
  dash: 'the page\u2019s REST API and live values',
  'ota-http-client': 'fetches updates from an address by itself',
  'rpc-http': 'RPC over HTTP: POST /rpc',
  'rpc-ws': 'RPC over WebSocket',
  'rpc-uart': 'RPC over the serial line',
  'rpc-mqtt': 'RPC over MQTT',
  'rpc-tcp': 'RPC over TCP',
  'rpc-udp': 'RPC over UDP',
};
const STATIC: Address = { ip: '192.168.0.10', mask: '255.255.255.0', gateway: '192.168.0.1' };

const isAddress = (text: string): boolean =>
  /^\d{1,3}(\.\d{1,3}){3}$/.test(text) && text.split('.').every((it) => Number(it) < 256);
const addressMistake = (text: string): string =>
  isAddress(text) ? '' : 'Four numbers from 0 to 255, with dots.';
const versionMistake = (text: string): string =>
  /^\d+\.\d+\.\d+([-+][\w.+-]*)?$/.test(text) ? '' : 'Three numbers, for example 1.4.0.';
const wordMistake = (text: string): string =>
  /^[\w.-]{1,31}$/.test(text) ? '' : 'Letters, digits, dot, dash and _, at most 31.';

function Network() {
  const { address } = now().settings;
  const isStatic = typeof address === 'object' && address !== null;
  const line = (key: keyof Address, label: string, isOptional = false) =>
    isStatic && (
      <DraftField
        key={key}
        label={label}
        code
        value={address[key]}
        check={(text) => (isOptional && !text ? '' : addressMistake(text))}
        onValue={(text) => changeSettings('address', { ...address, [key]: text || undefined })}
      />
    );
  return (
    <Group title="Network">
      <SelectField
        label="Address"
        value={isStatic ? 'static' : 'dhcp'}
        options={[
          { value: 'dhcp', label: 'from the network (DHCP)' },
          { value: 'static', label: 'always the same' },
        ]}
        onValue={(it) => changeSettings('address', it === 'static' ? STATIC : 'dhcp')}
      />
      {line('ip', 'IP address')}
      {line('mask', 'Mask')}
      {line('gateway', 'Gateway')}
      {line('dns', 'Name server', true)}
    </Group>
  );
}

function Login() {
  const { auth } = now().settings;
  const kind = auth?.kind ?? 'none';
  const change = (more: object) => changeSettings('auth', { ...auth, ...more });
  return (
    <Group title="Login">
      <p class="help">
        One secret for the whole device. People with names and levels: Properties of the project,
        Access.
      </p>
      <SelectField
        label="Who may update and switch"
        value={kind}
        options={[
          { value: 'none', label: 'everybody who reaches it' },
          { value: 'token', label: 'who has the token' },
          { value: 'basic', label: 'who has user and password' },
        ]}
        onValue={(it) =>
          changeSettings('auth', it === 'none' ? { kind: 'none' } : { ...auth, kind: it })
        }
      />
      {kind === 'basic' && (
        <TextField
          label="User"
          value={auth.user}
          mistake={auth.user ? '' : 'A user is needed.'}
          onValue={(user) => change({ user })}
        />
      )}
      {kind !== 'none' && (
        <TextField
          label={kind === 'basic' ? 'Password' : 'Token'}
          type="password"
          value={auth.secret}
          mistake={auth.secret ? '' : 'It is empty.'}
          onValue={(secret) => change({ secret })}
        />
      )}
    </Group>
  );
}

function Updates() {
  const { confirm, signatures, update_url, update_interval, modules } = now().settings;
  return (
    <Group title="Updates">
      <SelectField
        label="A new firmware is confirmed"
        value={confirm}
        options={[
          { value: 'automatic', label: 'by itself, when it proves good' },
          { value: 'explicit', label: 'by a person or a program' },
        ]}
        onValue={(it) => changeSettings('confirm', it)}
      />
      <SelectField
        label="Signatures"
        value={signatures}
        options={[
          { value: 'optional', label: 'optional' },
          { value: 'required', label: 'required: only firmware signed by a known key' },
        ]}
        onValue={(it) => changeSettings('signatures', it)}
      />
      {modules.includes('ota-http-client') && (
        <>
          <TextField
            label="Fetches updates from"
            placeholder="https://updates.example.com/fw.zip"
            code
            value={update_url}
            onValue={(it) => changeSettings('update_url', it || undefined)}
          />
          <NumberField
            label="Looks each so many seconds"
            whole
            min={0}
            value={update_interval}
            onValue={(it) => changeSettings('update_interval', it)}
          />
        </>
      )}
    </Group>
  );
}

function Modules() {
  const { modules } = now().settings;
  const known = [...new Set([...Object.keys(MODULES), ...modules])];
  const toggle = (name: string, isOn: boolean) =>
    changeSettings(
      'modules',
      known.filter((it) => (it === name ? isOn : modules.includes(it))),
    );
  return (
    <Group title="Modules">
      {known.map((it) => (
        <CheckField
          key={it}
          label={it}
          help={MODULES[it]}
          value={modules.includes(it)}
          onValue={(isOn) => toggle(it, isOn)}
        />
      ))}
    </Group>
  );
}

export function SettingsForm() {
  const { name, product, version, board } = now().settings;
  return (
    <div class="form">
      <h2>Settings</h2>
      {mistakesAt('settings').map((it) => (
        <p class="callout bad">{it.message}</p>
      ))}
      <Group title="Firmware">
        <DraftField
          label="Name"
          value={name}
          check={wordMistake}
          onValue={(it) => changeSettings('name', it)}
        />
        <DraftField
          label="Product"
          help="Images of one product replace each other over the air."
          value={product}
          check={wordMistake}
          onValue={(it) => changeSettings('product', it)}
        />
        <DraftField
          label="Version"
          value={version}
          check={versionMistake}
          onValue={(it) => changeSettings('version', it)}
        />
        <SelectField
          label="Board"
          value={board}
          options={state.project?.boards ?? []}
          onValue={(it) => changeSettings('board', it)}
        />
      </Group>
      <Network />
      <Login />
      <Updates />
      <Modules />
    </div>
  );
}
