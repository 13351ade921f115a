// check-browser.mjs - clicks in Chromium, against real firmware on virtual boards. Screenshots go to build/screens.
//
// Each story has a board of its own; some run side by side, as they mostly wait. Names of stories as arguments:
// those only; "left": the firmwares that are rolled back by themselves, which takes minutes. SPDX-License-Identifier: Apache-2.0
import { projects } from './browser.mjs';
import { firstStart, fullHouse, networkTakenBack, signIn, signInByToken } from './browser-access.mjs';
import { checks, complaints, startBrowser } from './clicks.mjs';
import { asShipped, confirmedByHand, left, resumed, rolledBack, signed, stranded } from './browser-trial.mjs';

const LANES = process.argv[2] === 'left' ? 5 : 3; // the boards and the browser share two cores
const stories = { projects, rolledBack, resumed, confirmedByHand, signIn, signInByToken, firstStart, fullHouse, networkTakenBack, signed, asShipped, stranded };
const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(stories);
const names = wanted.flatMap((name) => (name === 'left' ? Object.keys(left) : [name]));
Object.assign(stories, left);

async function lane() {
  for (let name = names.shift(); name; name = names.shift())
    await stories[name]().catch((error) => checks.check(`${name}: to its end`, false, error.stack));
}

const browser = await startBrowser();
await Promise.all(Array.from({ length: LANES }, lane));
await browser.close();
checks.equal('no script error, nothing refused by the policy', complaints.join('\n'), '');
process.exit(checks.end() ? 0 : 1);
