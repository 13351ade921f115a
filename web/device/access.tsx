// access.tsx - who is here: sign in and out, the first start, passwords, the toolbar. SPDX-License-Identifier: Apache-2.0
import { asking, description, E, h, post, readSession, session, signIn, tell } from './core';
import { form, isSeen, Note, page, show } from './main';

const FIRST = { user: 'User', password: 'New password' };

/** A stream has begun: who am I? */
E.access = async () => {
  await readSession();
  const { first, level } = session;
  if (!first && !asking && (level < description.access! || !isSeen(description.pages[page]))) signIn();
};

/** As long as the first user has no password. Who may do everything nevertheless sees the page below. */
E.access_first = () => {
  const [user] = session.users;
  return (
    <section>
      {session.level > 0 &&
        Note({
          kind: 'loud',
          title: 'Open to everybody',
          text: `Until ${user} has a password.`,
        })}
      {form('password', `First start: a password for ${user}`, user, FIRST)}
    </section>
  );
};

E.toolbar = () => <div class="row">{description.toolbar!.map(show)}</div>;

E.login = ({ title = 'Sign in' }: any) => !session.user && <button onclick={signIn}>{title}</button>;

E.logout = ({ title = 'Sign out' }: any) =>
  session.user && (
    <button onclick={async () => (await post('logout')) && location.reload()}>
      {title}
    </button>
  );

E.password = ({ title = 'Change password' }: any) =>
  session.user &&
  form('password', title, session.user, { ...FIRST, old: 'Old password' }, () =>
    tell({ kind: 'good', title: 'Password changed' }),
  );
