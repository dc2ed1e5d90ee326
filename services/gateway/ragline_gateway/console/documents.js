// The tenant's latest documents, and the uploads of this page.

import { ago, count, duration, outcome } from "./words.js";
import { h } from "./dom.js";
import { uploadAll } from "./upload.js";
import { whileVisible } from "./poll.js";

const LOOK_MS = 4_000;
const SHOWN = 12;

/** The documents panel; `again()` refreshes it at once, `allow(write)` shows or hides the upload.
*/
export function createDocuments(api, { openSource, announce }) {
  const [list, note, upload, files, card] = [
    "document-list",
    "documents-note",
    "upload",
    "files",
    "documents",
  ].map((id) => document.getElementById(id));
  let added = [];
  let known = [];
  let failure = "";

  function draw() {
    const here = new Set(added.map((each) => `${each.document_id}@${each.version}`));
    const others = known.filter((each) => !here.has(`${each.document_id}@${each.version}`));
    const focused = document.activeElement?.closest("#document-list li")?.dataset.id;
    list.replaceChildren(
      ...[...added, ...others]
        .slice(0, Math.max(SHOWN, added.length))
        .map((each) => row(each, openSource)),
    );
    if (focused) list.querySelector(`li[data-id="${CSS.escape(focused)}"] button`)?.focus();
    note.textContent = failure || (list.childElementCount === 0 ? "No documents yet." : "");
    note.hidden = note.textContent === "";
  }

  async function look() {
    try {
      known = (await api.documents(SHOWN)).documents;
      failure = "";
    } catch (problem) {
      failure = `The documents are not known: ${problem.message}`;
    }
    draw();
  }
  const looking = whileVisible(look, LOOK_MS);

  function add(chosen) {
    const entries = [...chosen].map((file) => ({
      file,
      document_id: file.name,
      version: null,
      status: "sending",
    }));
    added = [...entries, ...added];
    draw();
    uploadAll(api, entries, (entry) => {
      draw();
      if (entry.status !== "pending") announce(`${entry.document_id}: ${outcome(entry.status)}`);
    });
  }

  files.addEventListener("change", () => {
    add(files.files);
    files.value = "";
  });
  card.addEventListener("dragover", (event) => {
    if (!upload.hidden && event.dataTransfer.types.includes("Files")) event.preventDefault();
  });
  card.addEventListener("drop", (event) => {
    if (upload.hidden || event.dataTransfer.files.length === 0) return;
    event.preventDefault();
    add(event.dataTransfer.files);
  });

  return {
    again: looking.again,
    allow(write) {
      upload.hidden = !write;
    },
    forget() {
      added = [];
      known = [];
      draw();
    },
  };
}

function row(entry, openSource) {
  const { document_id: id, version, status } = entry;
  const readable =
    version !== null && !["sending", "pending", "rejected", "deleted", "failed"].includes(status);
  const name = readable
    ? h(
        "button",
        { type: "button", class: "title", click: () => openSource({ document_id: id, version }) },
        id,
      )
    : h("span", { class: "title" }, id);
  return h(
    "li",
    { "data-status": status, "data-id": id },
    name,
    h("span", { class: "chip" }, outcome(status)),
    h("p", { class: "meta" }, details(entry)),
  );
}

function details({
  detail,
  error,
  chunks,
  freshness_ms: freshness,
  finished_at: finished,
  warnings,
}) {
  const parts = [
    finished ? ago(finished) : null,
    chunks ? count(chunks.added + chunks.kept, "passage") : null,
    freshness ? `searchable after ${duration(freshness)}` : null,
    detail ?? error?.message ?? null,
    ...(warnings ?? []),
  ];
  return parts.filter(Boolean).join(" · ");
}
