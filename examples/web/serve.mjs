// Serves the page with its charting library, the company's files and the WASM package from the repository: `node examples/web/serve.mjs`, then open the address.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const folders = [
  ["/dealdesk-wasm/", join(repository, "bindings-wasm/pkg")],
  ["/chartist/", join(repository, "examples/web/node_modules/chartist/dist")],
  ["/pump-maker/", join(repository, "examples/pump-maker")],
  ["/", join(repository, "examples/web")],
];
const types = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".csv": "text/csv; charset=utf-8",
  ".wasm": "application/wasm",
};

function fileOf(url) {
  const path = normalize(decodeURIComponent(new URL(url, "http://localhost").pathname));
  const [prefix, folder] = folders.find(([prefix]) => path.startsWith(prefix));
  const rest = path.slice(prefix.length) || "index.html";
  return join(folder, rest);
}

export function serve(port = 0) {
  const server = createServer(async (request, response) => {
    try {
      const file = fileOf(request.url);
      const body = await readFile(file);
      response.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream" }).end(body);
    } catch {
      response.writeHead(404, { "content-type": "text/plain" }).end("not found");
    }
  });
  return new Promise((resolve) => server.listen(port, "127.0.0.1", () => resolve(server)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const server = await serve(Number(process.env.PORT ?? 8080));
  console.log(`http://127.0.0.1:${server.address().port}/`);
}
