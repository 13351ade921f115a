// icons.mjs - the icons a description may name: outlines in a box of 24 x 24. Only those used reach the page.
// SPDX-License-Identifier: Apache-2.0
export default {
  flota: 'M5 22V3M5 4l15 4-15 5M2 22h6',
  update: 'M12 16V4M7 9l5-5 5 5M4 16v4h16v-4',
  board: 'M4 8h16M4 16h16M9 5v6M15 13v6',
  info: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 11v5M12 8v.01',
};
