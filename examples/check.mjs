// Runs the company's story in Rust, Python, Node and a browser and compares what they say, byte for byte; checks the types of the hosts.
//
//   node examples/check.mjs
//
// Needs what `cargo xtask setup` builds. PYTHON, CHROMIUM and CARGO name other programs than those on the path.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const examples = fileURLToPath(new URL(".", import.meta.url));
const repository = join(examples, "..");
const company = join(examples, "pump-maker");
const python = process.env.PYTHON ?? join(repository, "target/xtask/venv/bin/python");
const pythonPath = join(repository, "bindings-python/python");
const tools = join(repository, "xtask/node/node_modules");
const results = join(repository, "target/demo");
const scratch = mkdtempSync(join(tmpdir(), "dealdesk-story-"));

/** What a program prints. */
function output(program, args, { cwd = repository, env = {} } = {}) {
  return execFileSync(program, args, { cwd, env: { ...process.env, ...env }, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

const cargo = process.env.CARGO ?? "cargo";
const rust = (...args) => output(cargo, ["run", "--quiet", "--package", "dealdesk-demo", "--", ...args]);
const inPython = { cwd: join(examples, "python"), env: { PYTHONPATH: pythonPath, PYTHONDONTWRITEBYTECODE: "1" } };
const hosts = {
  rust,
  python: (...args) => output(python, ["-m", "pump_maker", ...args], inPython),
  node: (...args) => output(process.execPath, [join(examples, "node/src/main.js"), ...args]),
};

/** `import ... from "dealdesk"` finds the package of this repository, as `npm install` would have it. */
function linkPackage() {
  const modules = join(examples, "node/node_modules");
  mkdirSync(modules, { recursive: true });
  if (!existsSync(join(modules, "dealdesk"))) symlinkSync(join(repository, "bindings-node"), join(modules, "dealdesk"), "junction");
}

function compareSummaries() {
  const summary = hosts.rust("summary", company);
  assert.equal(summary.split("\n").filter((line) => line.startsWith("O-") && !line.includes("/")).length, 21);
  for (const late of ["O-2014/1 D-40 2026-11-24\n", "O-2021/1 T-150 2026-12-09\n"]) {
    assert.ok(summary.includes(late), "the promised date, as EXPECTED.md counts it");
  }
  assert.equal(hosts.python("summary", company), summary, "summary of Python");
  assert.equal(hosts.node("summary", company), summary, "summary of Node");
  return summary;
}

/** Each host runs both days on a state of its own; then Python takes over at noon what Rust began. */
function compareDays() {
  const transcripts = Object.entries(hosts).map(([name, run]) => {
    const state = join(scratch, `${name}.state`);
    return [name, run(company, state), run(company, state), run(company, state)];
  });
  const [[, first, second, third]] = transcripts;
  for (const [name, ...days] of transcripts) assert.deepEqual(days, [first, second, third], `the days of ${name}`);
  const shared = join(scratch, "shared.state");
  assert.equal(hosts.rust(company, shared), first);
  assert.equal(hosts.python(company, shared), second, "Python goes on where Rust ended");
  return first.length + second.length;
}

function checkTypes() {
  const cache = join(results, "mypy");
  const typed = { ...inPython, env: { ...inPython.env, MYPYPATH: pythonPath } };
  output(python, ["-m", "mypy", "--strict", "--cache-dir", cache, "--package", "pump_maker"], typed);
  output(process.execPath, [join(tools, "typescript/bin/tsc"), "--project", join(examples, "node")]);
  output(process.execPath, [join(tools, "typescript/bin/tsc"), "--project", join(examples, "web")]);
}

function comparePage(summary) {
  const files = { summary: join(scratch, "summary.txt"), whatIf: join(scratch, "what-if.txt") };
  writeFileSync(files.summary, summary);
  writeFileSync(files.whatIf, rust("what-if", "O-2001", "C-105", "1", "12"));
  return output(process.execPath, [join(examples, "web/test.mjs"), files.summary, files.whatIf, join(results, "page.png")]);
}

try {
  mkdirSync(results, { recursive: true });
  linkPackage();
  const summary = compareSummaries();
  console.log("summary: 21 orders and when they can be had, the same bytes from Rust, Python and Node");
  console.log(`days: ${compareDays()} characters, the same from Rust, Python and Node; Python goes on where Rust ended`);
  checkTypes();
  console.log("types: mypy --strict and tsc --strict have nothing to say");
  console.log(comparePage(summary).trimEnd());
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
