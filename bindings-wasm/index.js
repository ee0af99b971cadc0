// dealdesk for browsers and bundlers: call the default export once, then everything is there.

export { default, initSync } from './dealdesk_wasm.js';
export * from './ops.js';
export { DealdeskError, call, callJson, namedFiles } from './rulebook.js';
