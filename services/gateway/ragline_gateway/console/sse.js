// Server-sent events over fetch: `EventSource` cannot send the Authorization header.

import { problemOf } from "./api.js";

const SILENCE_MS = 45_000; // three pings of the gateway
const LONGEST_WAIT_MS = 10_000;
const GAVE_UP = new Set([400, 401, 403, 404, 405, 406, 410, 415, 422]);

/** Parses chunks of a stream into events, by the rules of the HTML standard. */
export class EventParser {
  #rest = "";
  #data = [];
  #type = "";
  #id = "";
  #first = true;

  /** The events that `chunk` completes: `{type, id, data}`. */
  feed(chunk) {
    let text = this.#rest + chunk;
    if (this.#first && text) {
      this.#first = false;
      text = text.replace(/^\ufeff/, "");
    }
    // a CR at the end may be half of a CRLF
    const whole = text.endsWith("\r") ? text.slice(0, -1) : text;
    const lines = whole.split(/\r\n|\n|\r/);
    this.#rest = lines.pop() + text.slice(whole.length);
    return lines.map((line) => this.#line(line)).filter((event) => event !== null);
  }

  #line(line) {
    if (line === "") return this.#dispatch();
    const [, field, value] = /^([^:]*)(?:: ?)?(.*)$/s.exec(line);
    if (field === "data") this.#data.push(value);
    else if (field === "event") this.#type = value;
    else if (field === "id" && !value.includes("\0")) this.#id = value;
    return null; // comments and unknown fields
  }

  #dispatch() {
    const [data, type] = [this.#data, this.#type];
    this.#data = [];
    this.#type = "";
    if (data.length === 0) return null;
    return { type: type || "message", id: this.#id, data: data.join("\n") };
  }
}

/**
 * Follows a stream to its end and reconnects as often as necessary.
 *
 * `open(lastId, signal)` returns the response; `isLast(event)` recognizes the stream's last event;
 * `onState` is called with `open` or `lost`; `pause(ms)` waits between attempts.
 * Throws a `Problem` when retrying cannot help; returns silently when `signal` is aborted.
 */
export async function follow(open, { onEvent, onState, isLast, signal, pause = sleep }) {
  let lastId = "";
  for (let tries = 0; !signal.aborted; tries += 1) {
    let wait = Math.min(500 * 2 ** tries, LONGEST_WAIT_MS) * (0.75 + Math.random() / 2);
    try {
      const response = await open(lastId, signal);
      if (response.status === 204) return;
      if (!response.ok) throw await problemOf(response);
      onState("open");
      for await (const event of eventsOf(response)) {
        tries = -1; // this connection worked
        lastId = event.id;
        heard(onEvent, event);
        if (isLast(event)) return;
      }
    } catch (error) {
      if (GAVE_UP.has(error.status)) throw error;
      wait = Math.max(wait, (error.retryAfter ?? 0) * 1000);
    }
    if (signal.aborted) return;
    onState("lost");
    await pause(wait, signal);
  }
}

/** Reports an error of the listener without breaking the connection. */
function heard(onEvent, event) {
  try {
    onEvent(event);
  } catch (error) {
    reportError(error);
  }
}

async function* eventsOf(response) {
  const parser = new EventParser();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (;;) {
      const { done, value } = await inTime(reader.read());
      if (done) return;
      yield* parser.feed(value);
    }
  } finally {
    reader.cancel().catch(() => {}); // the stream has ended in any case
  }
}

function inTime(reading) {
  let timer;
  const silence = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("the stream has fallen silent")), SILENCE_MS);
  });
  return Promise.race([reading, silence]).finally(() => clearTimeout(timer));
}

/** Waits, but returns early when the network comes back. */
function sleep(ms, signal) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    addEventListener("online", done);
    signal.addEventListener("abort", done, { once: true });
  });
}
