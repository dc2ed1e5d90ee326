// Sends files one by one and follows each until it is searchable, or is not going to be.

const LOOK_MS = 700;
const PATIENCE_MS = 10 * 60_000;

/**
 * Uploads `entries` `{file, document_id, status}` and keeps their status; `changed(entry)` is
 * called with every step. One request a file, so that a large one does not take others with it.
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
    Object.assign(entry, { status: "rejected", detail: problem.message });
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
      if (problem.status === 0 || problem.status >= 429) continue; // asked again soon
      Object.assign(entry, { status: "failed", detail: problem.message });
    }
    changed(entry);
  }
}
