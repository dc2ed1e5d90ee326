// The times of a question: a row for each stage, and for each further look of one, with waiting and
// working time apart. Pure.

export const STAGES = ["classifier", "retriever", "reranker", "generator"];

/**
 * The rows of a question at `now` (epoch ms of the server's clock).
 *
 * `timings` are `{stage, queued, started, finished}`, `finished` null for the running stage; `over`
 * says that no more events will come. Each row: `{stage, look, phase, queued, started, finished,
 * waiting, working}` in ms, `phase` one of ahead, working, done, skipped; `look` is 1, and more for a
 * stage that the question has passed before.
 */
export function rowsOf(timings, { now, over }) {
  const passes = timings.map((each, place) => {
    const before = timings.slice(0, place).filter(({ stage }) => stage === each.stage);
    return { ...rowOf(each, now), look: before.length + 1 };
  });
  const again = passes.filter(({ look }) => look > 1);
  const first = STAGES.map(
    (stage) =>
      passes.find((pass) => pass.stage === stage && pass.look === 1) ?? {
        stage,
        look: 1,
        phase: over ? "skipped" : "ahead",
        waiting: 0,
        working: 0,
      },
  );
  // a question goes back before the last stage
  return [...first.slice(0, -1), ...again, ...first.slice(-1)];
}

function rowOf(timing, now) {
  const finished = timing.finished ?? Math.max(now, timing.started);
  return {
    ...timing,
    finished,
    phase: timing.finished === null ? "working" : "done",
    waiting: Math.max(0, timing.started - timing.queued),
    working: Math.max(0, finished - timing.started),
  };
}

/** One row for each stage: its last look, with the work of all of them. */
export function lastLooks(rows) {
  return STAGES.map((stage) => {
    const looks = rows.filter((row) => row.stage === stage);
    const working = looks.reduce((all, row) => all + row.working, 0);
    return { ...looks.at(-1), working };
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
