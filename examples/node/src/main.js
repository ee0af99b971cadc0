// Each run is a day; the second run goes on where the first one ended, and a third one finds nothing left to do.
//
//   node src/main.js [<company folder> [<state file>]]   the next day
//   node src/main.js summary [<company folder>]          one line for each order, and for each line that is late
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readCompany } from "./company.js";
import { nextDay } from "./day.js";
import { Desk } from "./desk.js";
import { Store } from "./store.js";
import { summary } from "./summary.js";

const examples = fileURLToPath(new URL("../..", import.meta.url));
const [first, second] = process.argv.slice(2);
if (first === "summary") {
  summary(readCompany(second ?? join(examples, "pump-maker")));
} else {
  const company = readCompany(first ?? join(examples, "pump-maker"));
  nextDay(new Desk(company, new Store(second ?? join(examples, "../target/demo/node.jsonl"))));
}
