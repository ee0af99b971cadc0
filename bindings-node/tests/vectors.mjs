// Runs the vectors as JavaScript sees the engine: as JSON text, and once more as objects. Serves Node and the browser.

/** What came of `vectors`, which are `{name, vector, kept}`. */
export function run(engine, vectors) {
  const report = { vectors: 0, calls: 0, failures: [] };
  for (const { name, vector, kept } of vectors) {
    for (const way of [byText, byObjects]) {
      const lines = answers(engine, vector, way);
      const at = Math.max(lines.length, kept.length) && [...Array(Math.max(lines.length, kept.length)).keys()].find((i) => lines[i] !== kept[i]);
      if (at !== undefined && lines[at] !== kept[at]) {
        report.failures.push(`${name} (${way.name}):\n  kept ${kept[at]}\n  now  ${lines[at]}`);
      }
    }
    report.vectors += 1;
    report.calls += (vector.calls ?? []).length;
  }
  return report;
}

export function summary(runtime, report) {
  return `vectors ${runtime}: ${report.vectors} vectors, ${report.calls} calls, ${report.failures.length} failed`;
}

function byText(through, op, request) {
  return through.callJson(op, typeof request === 'string' ? request : JSON.stringify(request));
}

function byObjects(through, op, request) {
  return typeof request === 'string' ? through.callJson(op, request) : JSON.stringify(through.call(op, request));
}

function answers(engine, vector, way) {
  const lines = [];
  let through = engine;
  if (vector.rulebook !== undefined) {
    try {
      through = compile(engine, vector);
    } catch (error) {
      return [JSON.stringify({ compile_error: places(engine, error) })];
    }
    lines.push(JSON.stringify({ fingerprint: through.fingerprint, warnings: through.warnings.map(place) }));
  }
  const results = [];
  for (const { op, request } of vector.calls ?? []) {
    try {
      const text = way(through, op, substitute(request, results));
      results.push(JSON.parse(text));
      lines.push(text);
    } catch (error) {
      results.push(null);
      lines.push(JSON.stringify({ error: places(engine, error) }));
    }
  }
  return lines;
}

function compile(engine, { rulebook, files = {} }) {
  const texts = Object.fromEntries(
    Object.entries(files).map(([name, text]) => [name, typeof text === 'string' ? text : text.map((line) => `${line}\n`).join('')]),
  );
  return typeof rulebook === 'string' ? engine.Rulebook.fromJson(rulebook, texts) : engine.Rulebook.fromObject(rulebook, texts);
}

/** Puts parts of earlier results where `{"$result": pointer}` stands. */
function substitute(value, results) {
  if (Array.isArray(value)) return value.map((entry) => substitute(entry, results));
  if (value === null || typeof value !== 'object') return value;
  if (Object.keys(value).join() === '$result') return value.$result.split('/').slice(1).reduce((node, segment) => node[segment], results);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, substitute(part, results)]));
}

function places(engine, error) {
  if (!(error instanceof engine.DealdeskError)) throw error;
  return error.diagnostics.map(place);
}

const place = ({ code, path }) => ({ code, path });
