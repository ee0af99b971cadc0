import type { Diagnostic, RulebookDef } from './types.js';

/** Input that cannot be judged. A business "no" is never thrown; it is a value of the result. */
export class DealdeskError extends Error {
  /** The code of the first problem; stable across versions. */
  readonly code: string;
  /** Where it is, as a JSON pointer; empty for the whole. */
  readonly path: string;
  /** Every problem, sorted by path. */
  readonly diagnostics: Diagnostic[];
}

/** Texts of files by the names under which a rulebook asks for them. */
export type Files = Readonly<Record<string, string>>;

/** A rulebook that was checked; immutable. */
export class CompiledRulebook {
  protected constructor(text: string, files?: Files);
  /** Compiles the JSON text of a rulebook with the files that it names. */
  static fromJson<T>(this: { prototype: T }, text: string, files?: Files): T;
  /** Compiles a rulebook that is an object, with the files that it names. */
  static fromObject<T>(this: { prototype: T }, definition: RulebookDef, files?: Files): T;
  /** The name that its author gave it. */
  readonly id: string;
  /** Its identity: equal for equal definitions and files, in every runtime. */
  readonly fingerprint: string;
  /** What its author probably did not mean, sorted by path. */
  readonly warnings: Diagnostic[];
  /** Calls an operation by its name; the typed methods do just that. */
  call(op: string, request: unknown): unknown;
  /** Calls an operation from JSON text to JSON text: the shortest way for a service that has the text already. */
  callJson(op: string, request: string): string;
}

/** Calls an operation that needs no rulebook, by its name. */
export function call(op: string, request: unknown): unknown;

/** Calls an operation that needs no rulebook, from JSON text to JSON text. */
export function callJson(op: string, request: string): string;

/** The names of the files that the text of a rulebook asks for. */
export function namedFiles(text: string): string[];
