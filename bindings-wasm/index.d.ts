export * from './ops.js';
export type * from './types.js';
export { DealdeskError, call, callJson, namedFiles, type Files } from './rulebook.js';

/** Where the module comes from: an address, an answer of `fetch`, its bytes, or the module itself. */
export type Source = URL | RequestInfo | Response | BufferSource | WebAssembly.Module;

/** Loads the engine; wait for it once before anything else. By default it is beside this file. */
export default function init(source?: { module_or_path: Source | Promise<Source> }): Promise<unknown>;

/** Loads the engine from bytes that are there already. */
export function initSync(source: { module: BufferSource | WebAssembly.Module }): unknown;
