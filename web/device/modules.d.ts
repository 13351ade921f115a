// modules.d.ts - what build.mjs makes for a project: only what its description uses.
// SPDX-License-Identifier: Apache-2.0

declare module 'flota:description' {
  const description: import('./types').Description;
  export default description;
}

declare module 'flota:elements' {
  const elements: Record<string, import('preact').FunctionComponent<any>>;
  export default elements;
}

declare module 'flota:icons' {
  const icons: Record<string, string>;
  export default icons;
}

declare module 'flota:errors' {
  type ErrorText = import('./types').ErrorText;
  export const IMAGE_TOO_LARGE: ErrorText;
  export const IMAGE_BAD_VECTORS: ErrorText;
  export const IMAGE_OTHER_BOARD: ErrorText;
  export const IMAGE_WRONG_SIZE: ErrorText;
  export const TRANSFER_LOST: ErrorText;
  export const TRANSFER_CANCELLED: ErrorText;
}
