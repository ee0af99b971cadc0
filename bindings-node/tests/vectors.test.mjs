// The vectors in Node: the bytes are those that Rust gives.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as dealdesk from '../index.js';
import { load } from './load-vectors.mjs';
import { run, summary } from './vectors.mjs';

test('every vector holds', () => {
  const report = run(dealdesk, load());
  console.log(summary('node', report));
  assert.equal(report.failures.join('\n'), '');
  assert.ok(report.vectors > 0);
});
