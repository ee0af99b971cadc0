// dealdesk for Node.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { namedFiles } from './rulebook.js';
import { Rulebook as RulebookOfText } from './ops.js';

export * from './ops.js';
export { DealdeskError, call, callJson, namedFiles } from './rulebook.js';

export class Rulebook extends RulebookOfText {
  static fromFolder(folder) {
    const text = readFileSync(join(folder, 'rulebook.json'), 'utf8');
    const files = {};
    for (const name of namedFiles(text)) {
      const path = join(folder, name);
      if (existsSync(path)) files[name] = readFileSync(path, 'utf8'); // of a missing one the engine says where it is named
    }
    return this.fromJson(text, files);
  }
}
