// check-wizard.mjs [STORY...] - the wizard by clicking, in Chromium: from an empty folder to a firmware that runs on the
// virtual board, and over the air to eight devices. Stories that mostly wait for compilers run side by side.
// SPDX-License-Identifier: Apache-2.0
import { complaints, startBrowser } from './clicks.mjs';
import { design } from './wizard-design.mjs';
import { projectOnDevices } from './wizard-device.mjs';
import { changedOnDisk, guard, hostileTexts } from './wizard-guard.mjs';
import { keysOnly } from './wizard-keys.mjs';
import { looks } from './wizard-looks.mjs';
import { templates } from './wizard-templates.mjs';
import { checks, explain, Wizard } from './wizard-hands.mjs';

async function project2() {
  const wizard = await Wizard.start('project2');
  await design(wizard);
  await projectOnDevices(wizard);
  await wizard.stop();
}

const LEAST = 25; // checks of a whole run
const stories = { project2, guard, hostileTexts, changedOnDisk, keysOnly, templates, looks };
const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(stories);
const browser = await startBrowser();
await Promise.all(wanted.map((name) => stories[name]().catch(async (error) => {
  checks.check(`${name}: to its end`, false, error.stack);
  await explain(browser, name);
})));
await browser.close();
checks.equal('no script error, nothing refused by the policy', complaints.join('\n'), '');
const { passed, failed } = checks;
console.log(`wizard: ${passed} of ${passed + failed} ok`);
const least = wanted.length === Object.keys(stories).length ? LEAST : 1;
process.exit(failed === 0 && passed >= least ? 0 : 1);
