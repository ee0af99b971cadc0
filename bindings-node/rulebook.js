// What a rulebook is besides its operations, and the way across: objects become JSON text and text becomes objects.
// The same file serves Node and browsers; `native.js` is what differs.

import { Handle, call as callNative, namedFiles as namedFilesNative } from './native.js';

/** Input that cannot be judged. A business "no" is never thrown; it is a value of the result. */
export class DealdeskError extends Error {
  constructor(diagnostics) {
    super(diagnostics.map((one) => `${one.severity}[${one.code}] ${one.path || '/'}: ${one.message}`).join('\n'));
    const first = diagnostics.find((one) => one.severity === 'error');
    this.name = 'DealdeskError';
    this.code = first?.code ?? '';
    this.path = first?.path ?? '';
    this.diagnostics = diagnostics;
  }
}

/** Does the work; what the engine throws as JSON text becomes a `DealdeskError`. */
function guarded(work) {
  try {
    return work();
  } catch (thrown) {
    const text = typeof thrown === 'string' ? thrown : thrown?.message;
    throw text?.startsWith('{"diagnostics":') ? new DealdeskError(JSON.parse(text).diagnostics) : thrown;
  }
}

/** Calls an operation that needs no rulebook. */
export function call(op, request) {
  return JSON.parse(callJson(op, JSON.stringify(request)));
}

/** Calls an operation that needs no rulebook, from JSON text to JSON text. */
export function callJson(op, request) {
  return guarded(() => callNative(op, request));
}

/** The names of the files that the text of a rulebook asks for. */
export function namedFiles(text) {
  return guarded(() => namedFilesNative(text));
}

export class CompiledRulebook {
  #handle;

  constructor(text, files = {}) {
    this.#handle = guarded(() => Handle.fromJson(text, Object.keys(files), Object.values(files)));
  }

  static fromJson(text, files) {
    return new this(text, files);
  }

  static fromObject(definition, files) {
    return new this(JSON.stringify(definition), files);
  }

  get id() {
    return this.#handle.id;
  }

  get fingerprint() {
    return this.#handle.fingerprint;
  }

  get warnings() {
    return JSON.parse(this.#handle.warnings);
  }

  call(op, request) {
    return JSON.parse(this.callJson(op, JSON.stringify(request)));
  }

  callJson(op, request) {
    return guarded(() => this.#handle.call(op, request));
  }
}
