// Which index answers, and how far each is filled, while there is more than one.

import { statusRow, statusTable } from "./status-table.js";

const SIGNS = {
  answers: { sign: "●", words: "answers", health: "healthy" },
  filled: { sign: "○", words: "filled", health: "healthy" },
  filling: { sign: "▲", words: "being filled", health: "lagging" },
  absent: { sign: "✕", words: "no ingestor", health: "absent" },
  unknown: { sign: "?", words: "unknown", health: "unknown" },
};

/** How an index is, a key of `SIGNS`, and the share of the log that it holds, in whole percent. */
export function indexOf({ live, done, lag, members }, stale) {
  const percent = Math.floor((100 * done) / Math.max(1, done + lag));
  if (stale) return { percent, state: "unknown" };
  if (live) return { percent, state: "answers" };
  if (members === 0) return { percent, state: "absent" };
  return { percent, state: lag ? "filling" : "filled" };
}

/** A table of the indexes, or null where there is only one. */
export function indexesTable({ indexes = [], stale }) {
  if (indexes.length < 2) return null;
  const head = ["Indexes", "holds", "waiting", "ingestors", "state"];
  const rows = indexes.map((index) => {
    const { percent, state } = indexOf(index, stale);
    const figures = [`${percent} %`, index.lag, index.members];
    return statusRow(index.name, figures, SIGNS[state], SIGNS[state]);
  });
  return statusTable("indexes-table", head, rows);
}
