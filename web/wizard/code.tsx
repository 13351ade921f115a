// code.tsx - what an endpoint makes: its requests, its struct, the code to write. From the generator, by api/check.
// SPDX-License-Identifier: Apache-2.0
import { useState } from 'preact/hooks';
import { complain, say, state } from './store';

const COPIED_MS = 1500;

export function Copy({ text, what }: { text: string; what: string }) {
  const [isDone, setDone] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setDone(true);
      say(`${what} is copied.`);
      setTimeout(() => setDone(false), COPIED_MS);
    } catch {
      complain({
        message: 'The browser does not let this page copy.',
        remedy: 'Select the text and copy it by hand.',
      });
    }
  };
  return (
    <button type="button" class="copy" aria-label={`Copy ${what}`} onClick={copy}>
      {isDone ? 'Copied' : 'Copy'}
    </button>
  );
}

export function Code({ text, what }: { text: string; what: string }) {
  return (
    <figure class="snippet">
      <figcaption>
        {what}
        <Copy text={text} what={what} />
      </figcaption>
      <pre tabIndex={0} role="group" aria-label={what}>
        {text}
      </pre>
    </figure>
  );
}

export const codeOf = (name: string) => state.check.endpoints?.find((it) => it.name === name);

function Rest({ name }: { name: string }) {
  const requests = codeOf(name)?.rest ?? [];
  return (
    <ul class="rest" aria-label={`Requests of ${name}`}>
      {requests.map(({ method, path, example }) => (
        <li>
          <b>{method}</b> <code>{path}</code>
          {example && <code class="example">{example}</code>}
        </li>
      ))}
    </ul>
  );
}

/** In short, beside the element. */
export function EndpointMakes({ name }: { name: string }) {
  const code = codeOf(name);
  if (!code) return null;
  return (
    <>
      <Rest name={name} />
      {code.struct && <pre class="brief">{code.struct}</pre>}
    </>
  );
}

/** All of it, to be copied. */
export function EndpointCode({ name }: { name: string }) {
  const code = codeOf(name);
  if (!code) return <p class="help">Its code comes when the description is right.</p>;
  return (
    <>
      <h4>Requests</h4>
      <Rest name={name} />
      {code.struct && <Code what={`struct of ${name}`} text={code.struct} />}
      {code.register && <Code what={`registration of ${name}`} text={code.register} />}
      {code.code && <Code what={`functions of ${name}`} text={code.code} />}
    </>
  );
}
