// What the type checker must accept and refuse; it is checked, never run.

import { DealdeskError, Rulebook, allocate, type Allocation, type AllocateRequest } from '../index.js';
import init, { Rulebook as BrowserRulebook } from '../../bindings-wasm/pkg/index.js';

const request: AllocateRequest = { total: 10, currency: 'EUR', shares: [{ weight: '1', cap: '2.00' }] };
const allocation: Allocation = allocate(request);
const part: string | undefined = allocation.parts[0];

// @ts-expect-error a method of allocation that does not exist
allocate({ ...request, method: 'fair' });
// @ts-expect-error the shares are missing
allocate({ total: '1', currency: 'EUR' });

const rulebook: Rulebook = Rulebook.fromObject({ schema_version: 1, id: 'acme', currency: 'EUR' });
const fromFolder: Rulebook = Rulebook.fromFolder('acme');
const warning: string | undefined = rulebook.warnings[0]?.message;
const error: Error = new Error() as DealdeskError;

export async function inTheBrowser(text: string): Promise<BrowserRulebook> {
  await init();
  return BrowserRulebook.fromJson(text);
}

export { part, fromFolder, warning, error };
