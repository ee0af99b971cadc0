// The vectors from their folder.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../core/tests/vectors/', import.meta.url));

export function load() {
  const capabilities = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return capabilities.sort().flatMap((capability) => {
    const names = readdirSync(join(folder, capability)).filter((name) => name.endsWith('.json') && !name.endsWith('.out.json'));
    return names.sort().map((name) => {
      const read = (file) => readFileSync(join(folder, capability, file), 'utf8');
      const kept = read(name.replace(/json$/, 'out.json')).trimEnd().split('\n');
      return { name: `${capability}/${name}`, vector: JSON.parse(read(name)), kept };
    });
  });
}
