import { Rulebook as RulebookOfText } from './ops.js';

export * from './ops.js';
export type * from './types.js';
export { DealdeskError, call, callJson, namedFiles, type Files } from './rulebook.js';

/** A rulebook that was checked: the only thing that quotes, checks and decides. */
export class Rulebook extends RulebookOfText {
  /** Compiles the file `rulebook.json` of a folder, with the files of the folder that it names. */
  static fromFolder(folder: string): Rulebook;
}
