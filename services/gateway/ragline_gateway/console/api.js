// The gateway's HTTP API. Every failure is a `Problem`.

const TIMEOUT_MS = 30_000;
const POLL_TIMEOUT_MS = 8_000;

/** An error as problem details (RFC 9457). `status` is 0 when there was no response at all. */
export class Problem extends Error {
  constructor({ status = 0, code = "unreachable", title, detail, errors, retryAfter = null }) {
    const wrong = errors?.map(({ loc, message }) => `${loc.join(".")}: ${message}`).join("; ");
    super(wrong || detail || title || `The gateway answered with status ${status}.`);
    Object.assign(this, { status, code, title, detail, retryAfter });
  }
}

/** The problem in an error response. */
export async function problemOf(response) {
  const body = await response.json().catch(() => ({}));
  const retryAfter = Number(response.headers.get("Retry-After")) || null;
  return new Problem({ ...body, status: response.status, retryAfter });
}

function unreachable(error) {
  if (error.name === "AbortError") return error;
  return new Problem({ detail: "The gateway cannot be reached.", title: error.message });
}

/** The API with the credentials that `access()` gives at the time of each call: `{key, tenant}`. */
export function createApi(access) {
  async function send(method, path, { headers = {}, body, signal, timeout = TIMEOUT_MS } = {}) {
    const { key, tenant } = access();
    const all = new Headers(headers);
    if (key) all.set("Authorization", `Bearer ${key}`);
    else if (tenant) all.set("Ragline-Tenant", tenant);
    try {
      return await fetch(new URL(path, document.baseURI), {
        method,
        headers: all,
        body,
        cache: "no-store",
        credentials: "omit",
        signal: signal ?? AbortSignal.timeout(timeout),
      });
    } catch (error) {
      throw unreachable(error);
    }
  }

  async function call(method, path, options) {
    const response = await send(method, path, options);
    if (!response.ok) throw await problemOf(response);
    return response.json();
  }

  const get = (path) => call("GET", path, { timeout: POLL_TIMEOUT_MS });
  const post = (path, value) =>
    call("POST", path, {
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(value),
    });
  const query = (id) => `v1/queries/${encodeURIComponent(id)}`;
  // with slashes encoded, because browsers would resolve `..` in a path
  const document_ = (id) => `v1/documents/${encodeURIComponent(id)}`;

  return {
    me: () => get("v1/me"),
    ask: (question) => post("v1/queries", question),
    state: (id) => get(query(id)),
    cancel: (id) => call("DELETE", query(id)),
    events: (id, lastId, signal) =>
      send("GET", `${query(id)}/events`, {
        headers: { Accept: "text/event-stream", ...(lastId && { "Last-Event-ID": lastId }) },
        signal,
      }),
    feedback: (id, opinion) => post(`${query(id)}/feedback`, opinion),
    documents: (limit) => get(`v1/documents?limit=${limit}`),
    documentStatus: (id, version) => get(`${document_(id)}/status?version=${version}`),
    source: (id, version) => get(`${document_(id)}/source?version=${version}`),
    upload: (files) => {
      const body = new FormData();
      for (const file of files) body.append("files", file, file.name);
      return call("POST", "v1/documents", { body, timeout: 10 * TIMEOUT_MS });
    },
    pipeline: () => get("v1/pipeline"),
  };
}
