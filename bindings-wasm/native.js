// The compiled half, once `init` has loaded it.

export { Handle, call, namedFiles } from './dealdesk_wasm.js';
