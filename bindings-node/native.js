// The compiled half: built by `cargo xtask setup`.

import { createRequire } from 'node:module';

export const { Handle, call, namedFiles } = createRequire(import.meta.url)('./dealdesk.node');
