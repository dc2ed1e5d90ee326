// Sends files one by one and follows each until it is searchable or has failed.

const LOOK_MS = 700;
const PATIENCE_MS = 10 * 60_000;

/**
 * Uploads `entries` `{file, document_id, status}` and keeps their status; `changed(entry)` is
 * called at every step. Each file has its own request, so that a file that is too large does not
 * make the others fail.
 */
export async function uploadAll(api, entries, changed) {
  const following = [];
  for (const entry of entries) {
    await send(api, entry);
    changed(entry);
    if (entry.status === "pending") following.push(follow(api, entry, changed));
  }
  await Promise.all(following);
}

async function send(api, entry) {
  try {
    const [taken] = (await api.upload([entry.file])).documents;
    Object.assign(entry, taken);
  } catch (problem) {
    Object.assign(entry, { status: "rejected", detail: problem.detail ?? problem.message });
  }
  delete entry.file;
}

async function follow(api, entry, changed) {
  const until = Date.now() + PATIENCE_MS;
  while (entry.status === "pending" && Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    try {
      const { status, report } = await api.documentStatus(entry.document_id, entry.version);
      if (status === "pending") continue;
      Object.assign(entry, status === "superseded" ? {} : report, { status });
    } catch (problem) {
      if (problem.status === 0 || problem.status >= 429) continue; // retried at the next poll
      Object.assign(entry, { status: "failed", detail: problem.message });
    }
    changed(entry);
  }
}
