// The host's storage: events by stream and documents that never change, in one file of JSON lines. The engine knows nothing of it.
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";

export class Store {
  #file;
  /** @type {Map<string, any[]>} */
  #streams = new Map();
  /** @type {Map<string, any>} */
  #documents = new Map();

  /** @param {string} file */
  constructor(file) {
    this.#file = file;
    mkdirSync(dirname(file), { recursive: true });
    const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
    for (const line of lines) this.#take(JSON.parse(line));
  }

  /**
   * All events of a stream, from the first on.
   * @param {string} stream
   * @returns {any[]}
   */
  events(stream) {
    return [...(this.#streams.get(stream) ?? [])];
  }

  /**
   * Appends events in one write; refuses who decided on an older state.
   * @param {string} stream
   * @param {readonly { seq: number }[]} events
   */
  append(stream, events) {
    if (events.length === 0) return;
    const next = this.events(stream).length + 1;
    events.forEach((event, index) => {
      if (event.seq !== next + index) throw new Error(`${stream} has moved on: ${event.seq} is not ${next + index}`);
    });
    this.#write(events.map((event) => ({ stream, event })));
  }

  /**
   * Stores a document once; what is stored stays as it is.
   * @param {string} kind
   * @param {string} id
   * @param {unknown} document
   */
  keep(kind, id, document) {
    if (!this.#documents.has(`${kind}/${id}`)) this.#write([{ kind, id, document }]);
  }

  /**
   * A document, as it was stored.
   * @param {string} kind
   * @param {string} id
   * @returns {any}
   */
  document(kind, id) {
    return this.#documents.get(`${kind}/${id}`);
  }

  /** @param {object[]} records */
  #write(records) {
    appendFileSync(this.#file, records.map((record) => `${JSON.stringify(record)}\n`).join(""));
    for (const record of records) this.#take(record);
  }

  /** @param {any} record */
  #take(record) {
    if ("stream" in record) this.#streams.set(record.stream, [...(this.#streams.get(record.stream) ?? []), record.event]);
    else this.#documents.set(`${record.kind}/${record.id}`, record.document);
  }
}
