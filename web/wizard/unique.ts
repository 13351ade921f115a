// unique.ts - ids for labels. Preact's useId counts anew each time the root is rendered anew. SPDX-License-Identifier: Apache-2.0
import { useState } from 'preact/hooks';

let count = 0;

export const useUniqueId = (): string => useState(() => `u${++count}`)[0];
