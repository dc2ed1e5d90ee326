// The times of a question: a row for each stage, with waiting and working time apart. Pure.

export const STAGES = ["classifier", "retriever", "reranker", "generator"];

/**
 * The rows of a question at `now` (epoch ms of the server's clock).
 *
 * `timings` are `{stage, queued, started, finished}`, `finished` null for the running stage; `over`
 * says that no more events will come. Each row: `{stage, phase, queued, started, finished, waiting,
 * working}` in ms, `phase` one of ahead, working, done, skipped.
 */
export function rowsOf(timings, { now, over }) {
  return STAGES.map((stage) => {
    const known = timings.filter((each) => each.stage === stage).at(-1);
    if (!known) return { stage, phase: over ? "skipped" : "ahead", waiting: 0, working: 0 };
    const finished = known.finished ?? Math.max(now, known.started);
    return {
      ...known,
      finished,
      phase: known.finished === null ? "working" : "done",
      waiting: Math.max(0, known.started - known.queued),
      working: Math.max(0, finished - known.started),
    };
  });
}

/** The time span `[from, to]` of the rows; null before the first stage. */
export function spanOf(rows) {
  const begun = rows.filter((row) => row.queued !== undefined);
  if (begun.length === 0) return null;
  const from = Math.min(...begun.map((row) => row.queued));
  return [from, Math.max(from + 1, ...begun.map((row) => row.finished))];
}

/** How far the server's clock is ahead of this one (ms), from times in events just received. */
export function clockOffset(offset, serverInstant, now) {
  return Math.max(offset ?? -Infinity, serverInstant - now);
}
