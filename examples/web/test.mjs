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

/** An order's quote as the engine gives it, without the page's own way of showing it. */
function quoteOf(page, id, explain) {
  return page.evaluate(async ([id, explain]) => {
    const [{ company }, { quoteRequest }] = await Promise.all([import("/company.js"), import("/request.js")]);
    const { rulebook, orders, customers } = await company();
    const order = orders.find((each) => each.id === id);
    const customer = customers.find((each) => each.id === order.customer);
    return rulebook.quote({ ...quoteRequest(order, customer), explain });
  }, [id, explain]);
}

/** Figures as text, without the spaces between thousands and with plain signs. */
const plain = (text) => text.replaceAll("\u202f", "").replaceAll("\u2212", "-").replaceAll("+", "");

/** The charts show every step of every line, as bars of the right length, and as text for pointer and keyboard. */
async function compareCharts(page, { lines }) {
  for (const line of lines) {
    const chart = page.locator(`.row[data-line='${line.id}'] .waterfall`);
    const steps = chart.locator(".row-of-step");
    await steps.first().waitFor();
    assert.equal(await steps.count(), line.waterfall.length, `steps of line ${line.id}`);
    const bars = await chart.locator(".ct-bar").evaluateAll((all) => all.map((bar) => Number(bar.getAttribute("ct:value"))));
    assert.equal(bars.length, line.waterfall.length * 4, "what is kept, the price, what comes off and what is added, for each step");
    for (const [index, step] of line.waterfall.entries()) {
      const [kept, price, off, more] = [0, 1, 2, 3].map((series) => bars[(series + 1) * line.waterfall.length - 1 - index]);
      const ends = [kept + price + more, kept + off].map((sum) => sum.toFixed(2));
      assert.deepEqual(ends, [step.after, step.before], `bars of ${step.step} in line ${line.id}`);
      await compareReasons(chart, steps.nth(index), step);
    }
  }
}

/** What a step says when it is pointed at, when it has the focus, and to a screen reader. */
async function compareReasons(chart, row, { step, base, before, delta, after }) {
  const reasons = chart.locator(".reasons");
  const sentence = async () => (await said(reasons)).join(", ");
  await row.hover();
  assert.ok(await reasons.isVisible(), `${step} explains itself`);
  const hovered = await sentence();
  assert.equal(await row.getAttribute("aria-label"), hovered);
  for (const part of [`Step ${step}`, `Base ${base}`, `Before ${before}`, `Change ${delta}`, `After ${after}`]) {
    assert.ok(plain(hovered).includes(part), `${part}, but: ${hovered}`);
  }
  await chart.page().mouse.move(0, 0);
  assert.ok(!(await reasons.isVisible()), "nobody points at it");
  await row.focus();
  assert.equal(await sentence(), hovered, "the keyboard reads the same");
  await row.blur();
}

/** The keyboard comes to a chart once, and goes through its steps with the arrows. */
async function walkByKeyboard(page) {
  const steps = page.locator(".row[data-line='2'] .row-of-step");
  await steps.first().focus();
  await page.keyboard.press("ArrowDown");
  assert.equal(await page.evaluate(() => document.activeElement.dataset.step), "customer");
  assert.equal(await page.locator(".row[data-line='2'] .waterfall [tabindex='0']").count(), 1);
  await page.keyboard.press("Escape");
  assert.equal(await page.locator(".reasons:visible").count(), 0, "Escape puts the reasons away");
}

/** The rules that did not apply, each with what failed, when they are asked for. */
async function compareCandidates(page, { lines, rejected }) {
  assert.equal(await page.locator(".rejected li").count(), 0, "nobody has asked yet");
  await page.locator("#why-not").check();
  for (const line of lines) {
    const said = await page.locator(`.row[data-line='${line.id}'] .rejected li`).allTextContents();
    compareRejected(said, line.rejected);
  }
  compareRejected(await page.locator("#rejected li").allTextContents(), rejected);
  const campaign = page.locator(".row[data-line='1'] .row-of-step[data-step='campaign']");
  await campaign.hover();
  assert.match(await campaign.getAttribute("aria-label"), /Not applied Web shop: 2 %: channel == 'web' \(is phone\)/);
}

function compareRejected(said, rejected) {
  assert.equal(said.length, rejected.length);
  for (const [index, { reason, failed = [] }] of rejected.entries()) {
    const expected = reason === "condition" ? failed.map(({ text, actual }) => `${text} (is ${actual})`) : [reason.replaceAll("_", " ")];
    for (const part of expected) assert.ok(said[index].includes(part), `${part}, but: ${said[index]}`);
  }
}

/** When all of a line can be had; how much comes when is said to pointer, keyboard and screen reader, as EXPECTED.md counts it. */
async function comparePromises(page) {
  await page.locator("#order").selectOption("O-2014");
  const late = promiseOf(page, "1");
  assert.equal(await late.said.textContent(), "Earliest date: 2026-11-24");
  const parts = ["2026-11-23 2 piece from stock in ULM", "2026-11-23 4 piece from stock in LYO", "2026-11-24 4 piece with MO-118 in LYO"];
  assert.equal(await late.said.getAttribute("aria-label"), `Earliest date: 2026-11-24: ${parts.join(", ")}`);
  assert.ok(!(await late.tip.isVisible()), "nobody points at it");
  await late.said.hover();
  assert.deepEqual(await said(late.tip), parts);
  await page.mouse.move(0, 0);
  await late.said.focus();
  assert.ok(await late.tip.isVisible(), "the keyboard reads the same");
  await page.keyboard.press("Escape");
  assert.ok(!(await late.tip.isVisible()), "Escape puts it away");
  assert.equal(await promiseOf(page, "2").said.textContent(), "Earliest date: 2026-11-23", "the kits are there");

  await page.locator(".row[data-line='1'] .quantity").fill("20");
  assert.equal(await late.said.textContent(), "No date for 2 of 20 piece");
  await late.said.hover();
  assert.deepEqual((await said(late.tip)).slice(2), ["2026-11-24 12 piece with MO-118 in LYO", "No date 2 piece"]);
  await page.locator(".row[data-line='1'] .product").fill("T-65");
  await page.locator(".row[data-line='1'] .quantity").fill("25");
  assert.equal(await late.said.textContent(), "Earliest date: 2026-11-24", "three days late, so the next working day");

  await page.locator("#order").selectOption("O-2021");
  const made = promiseOf(page, "1");
  assert.equal(await made.said.textContent(), "Earliest date: 2026-12-09", "made to order, as EXPECTED.md counts it");
  await made.said.hover();
  assert.deepEqual(await said(made.tip), ["2026-12-03 to 2026-12-09 make 2 T-150", "2026-11-23 to 2026-12-03 buy 10 S-43"]);
  await page.locator("#order").selectOption("O-2014");
  await late.said.hover();
}

function promiseOf(page, line) {
  const promise = page.locator(`.row[data-line='${line}'] .promise`);
  return { said: promise.locator(".said"), tip: promise.locator(".reasons") };
}

/** The names and values of a list that explains something. */
async function said(list) {
  const [names, values] = [await list.locator("dt").allTextContents(), await list.locator("dd").allTextContents()];
  return names.map((name, index) => `${name} ${values[index]}`);
}

try {
  const page = await browser.newPage();
  const faults = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForSelector("body[data-ready=yes]", { timeout: 30_000 }).catch(() => assert.fail(`the page did not start: ${faults}`));

  assert.equal(await page.locator("#summary").textContent(), expected, "all orders");

  await page.locator("#order").selectOption("O-2001");
  const before = await totals(page);
  assert.ok(expected.includes(`O-2001 ok ${before}`), `O-2001 on the page: ${before}`);

  await compareCharts(page, await quoteOf(page, "O-2001", "waterfall"));
  const gold = page.locator(".row[data-line='2'] .row-of-step[data-step='customer']");
  await gold.hover();
  const figures = "Rule Gold customers: 8 % on parts and hoses, Base 199.00, Before 199.00, Change -15.92, After 183.08";
  assert.ok(plain(await gold.getAttribute("aria-label")).includes(figures), "as EXPECTED.md calculates it");
  await walkByKeyboard(page);
  assert.equal(plain(await page.locator("#margin").textContent()), "1457.83 = 35.61 %", "the margin, as EXPECTED.md calculates it");
  assert.match(await page.locator(".row[data-line='1'] .stock").textContent(), /^In stock: 6 piece \(6 ULM\)$/);

  await page.locator("#customer").selectOption("C-105");
  await page.locator(".row[data-line='1'] .quantity").fill("12");
  assert.equal(await totals(page), whatIf, "O-2001 for C-105 with 12 pieces");

  await page.locator("#order").selectOption("O-2008");
  assert.ok(expected.includes(`O-2008 ok ${await totals(page)}`), "with the coupon of the order");
  await page.locator("#coupons").fill("");
  assert.equal(await totals(page), "net 952.98 tax 181.07 gross 1134.05\n", "without it, as EXPECTED.md calculates it");

  await page.locator("#order").selectOption("O-2012");
  assert.equal(await page.locator("#approval li").count(), 2, "project terms need two levels");
  await page.locator("#order").selectOption("O-2013");
  assert.match(await page.locator(".row[data-line='1'] .stock").textContent(), /^In stock: 30 piece \(21 ULM \+ 9 LNZ\)$/);
  await compareCandidates(page, await quoteOf(page, "O-2013", "candidates"));
  await comparePromises(page);
  await page.screenshot({ path: screenshot, fullPage: true });
  assert.deepEqual(faults, [], "the page reported errors");
  console.log(`web page: 21 orders, a changed quantity and customer, approvals: as in Rust; charts with their reasons, rejected rules, stock, promised dates; screenshot in ${screenshot}`);
} finally {
  await browser.close();
  server.close();
  rmSync(profile, { recursive: true, force: true });
}
