// Opens the page in a real browser, compares what it shows with what the Rust program printed, changes the order and compares again.
//
//   node test.mjs <summary of the Rust program> <its what-if totals> <screenshot>
//
// The what-if is O-2001 for the customer C-105 with 12 pieces on line 1.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "./serve.mjs";

// `cargo xtask setup` installs the driver of the browser.
const { chromium } = createRequire(new URL("../../xtask/node/package.json", import.meta.url))("playwright-core");

const [summaryFile, whatIfFile, screenshot] = process.argv.slice(2);
const expected = readFileSync(summaryFile, "utf8");
const whatIf = readFileSync(whatIfFile, "utf8");

const server = await serve();
const profile = mkdtempSync(join(tmpdir(), "dealdesk-page-"));
const flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  headless: true,
  args: flags,
  viewport: { width: 1360, height: 1000 },
});

/** The totals as text without the spaces between thousands, in the form of the summary. */
async function totals(page) {
  const shown = await page.locator("#totals dd").allTextContents();
  const names = await page.locator("#totals dt").allTextContents();
  const plain = new Map(names.map((name, index) => [name, shown[index].replaceAll(/[^0-9.-]/g, "")]));
  const cents = (amount) => BigInt(amount.replace(".", ""));
  const tax = cents(plain.get("Gross")) - cents(plain.get("Net"));
  return `net ${plain.get("Net")} tax ${tax / 100n}.${String(tax % 100n).padStart(2, "0")} gross ${plain.get("Gross")}\n`;
}

try {
  const page = await browser.newPage();
  const faults = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForSelector("body[data-ready=yes]", { timeout: 30_000 }).catch(() => assert.fail(`the page did not start: ${faults}`));

  assert.equal(await page.locator("#summary").textContent(), expected, "all twenty orders");

  await page.locator("#order").selectOption("O-2001");
  const before = await totals(page);
  assert.ok(expected.includes(`O-2001 ok ${before}`), `O-2001 on the page: ${before}`);

  await page.locator("#customer").selectOption("C-105");
  await page.locator(".row[data-line='1'] .quantity").fill("12");
  assert.equal(await totals(page), whatIf, "O-2001 for C-105 with 12 pieces");

  await page.locator("#order").selectOption("O-2012");
  assert.equal(await page.locator("#approval li").count(), 2, "project terms need two levels");
  await page.screenshot({ path: screenshot, fullPage: true });
  assert.deepEqual(faults, [], "the page reported errors");
  console.log(`web page: 20 orders, a changed quantity and customer, approvals: as in Rust; screenshot in ${screenshot}`);
} finally {
  await browser.close();
  server.close();
  rmSync(profile, { recursive: true, force: true });
}
