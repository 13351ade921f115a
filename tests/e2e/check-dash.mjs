// check-dash.mjs - a dashboard with every type of endpoint, on the virtual board: read, written, seen live in other
// browsers, guarded by limits and levels; and what people and programs do wrong with it. Parts run side by side.
// SPDX-License-Identifier: Apache-2.0
import { access, visitors } from './dash-access.mjs';
import { live, slow } from './dash-live.mjs';
import { plugs, settings } from './dash-settings.mjs';
import { values } from './dash-values.mjs';
import { runParts } from './parts.mjs';

// The longest first; boards at once: they wait for clocks and clients most of the time.
await runParts(import.meta.url, 'dash', { settings, ...plugs, access, slow, visitors, values, live }, 5);
