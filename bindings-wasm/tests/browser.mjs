// The vectors in headless Chromium: the page comes from the loopback interface, the bytes are those that Rust gives.
//
//   node browser.mjs <chromium>

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { load } from '../../bindings-node/tests/load-vectors.mjs';
import { summary } from '../../bindings-node/tests/vectors.mjs';

const { chromium } = createRequire(new URL('../../xtask/node/package.json', import.meta.url))('playwright-core');
const root = fileURLToPath(new URL('../../', import.meta.url));
const types = { '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm', '.json': 'application/json' };

const page = `<!doctype html><title>vectors</title><script type="module">
  import * as dealdesk from '/bindings-wasm/pkg/index.js';
  import { run } from '/bindings-node/tests/vectors.mjs';
  const [vectors] = await Promise.all([fetch('/vectors.json').then((answer) => answer.json()), dealdesk.default()]);
  window.report = run(dealdesk, vectors);
</script>`;

const server = createServer((request, response) => {
  const answer = (type, body) => response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(body);
  if (request.url === '/') return answer('text/html', page);
  if (request.url === '/vectors.json') return answer('application/json', JSON.stringify(load()));
  if (!request.url.startsWith('/bindings-') || request.url.includes('..')) return response.writeHead(404).end();
  return answer(types[extname(request.url)], readFileSync(join(root, request.url)));
});
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));

const profile = mkdtempSync(join(tmpdir(), 'dealdesk-vectors-'));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.argv[2],
  headless: true,
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
try {
  const tab = await browser.newPage();
  const fault = new Promise((_, failed) => tab.on('pageerror', failed));
  await tab.goto(`http://127.0.0.1:${server.address().port}/`);
  const handle = await Promise.race([tab.waitForFunction(() => window.report, undefined, { timeout: 120_000 }), fault]);
  const report = await handle.jsonValue();
  console.log(summary('chromium', report));
  assert.equal(report.failures.join('\n'), '');
  assert.ok(report.vectors > 0);
} finally {
  await browser.close();
  server.close();
  rmSync(profile, { recursive: true, force: true });
}
