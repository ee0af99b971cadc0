// What only JavaScript can do wrong.

import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { DealdeskError, Rulebook, allocate } from '../index.js';

const definition = { schema_version: 1, id: 'acme', currency: 'EUR' };
const request = (changes) => ({ total: '10.00', currency: 'EUR', shares: [{ weight: 1 }], ...changes });

function refusal(work) {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof DealdeskError && error instanceof Error);
    return error;
  }
  return assert.fail('not refused');
}

test('a number with a fraction is refused with its path', () => {
  const error = refusal(() => allocate(request({ total: 10.5 })));
  assert.deepEqual([error.code, error.path, error.name], ['shape.fractional_number', '/total', 'DealdeskError']);
  assert.match(error.message, /write "10.5"/);
});

test('what is not JSON is refused', () => {
  for (const total of [null, NaN, true, new Date(0), [], {}]) assert.equal(refusal(() => allocate(request({ total }))).path, '/total');
  assert.equal(refusal(() => allocate(request({ total: undefined }))).code, 'shape.missing_field');
  assert.throws(() => allocate(request({ total: 10n })), TypeError);
  assert.throws(() => allocate(undefined));
});

test('a rulebook from text, from an object and from a folder is the same', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dealdesk-'));
  writeFileSync(join(folder, 'rulebook.json'), JSON.stringify(definition));
  const books = [Rulebook.fromJson(JSON.stringify(definition)), Rulebook.fromObject(definition), Rulebook.fromFolder(folder)];
  assert.equal(new Set(books.map((book) => book.fingerprint)).size, 1);
  assert.ok(books.every((book) => book instanceof Rulebook && book.id === 'acme' && book.warnings.length === 0));
  assert.equal(books[0].callJson('allocate', JSON.stringify(request())), '{"parts":["10.00"],"unallocated":"0.00"}');
  assert.equal(refusal(() => Rulebook.fromJson('{')).code, 'shape.syntax');
});
