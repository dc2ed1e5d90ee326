// The health of each stage, from the monitor's report on the pipeline. Pure.

const SECONDS_BEHIND = 5;

export const HEALTH = {
  healthy: { sign: "●", words: "healthy" },
  lagging: { sign: "▲", words: "lagging" },
  absent: { sign: "✕", words: "no consumer" },
  unknown: { sign: "?", words: "unknown" },
};

/**
 * The state of a stage over all its topics: `{stage, lag, members, perSecond, topics, health}`.
 *
 * `lagging` means more than five seconds of work waiting. While the report is `stale`, the health
 * is unknown.
 */
export function stagesOf(view) {
  const names = [...new Set(view.stages.map((each) => each.stage))];
  return names.map((stage) => {
    const own = view.stages.filter((each) => each.stage === stage);
    const rates = own.map((each) => each.per_second).filter((rate) => typeof rate === "number");
    const total = {
      stage,
      topics: own.map((each) => each.topic),
      lag: sum(own.map((each) => each.lag)),
      members: Math.min(...own.map((each) => each.members)),
      perSecond: rates.length ? sum(rates) : null,
    };
    return { ...total, health: view.stale ? "unknown" : healthOf(total) };
  });
}

function healthOf({ lag, members, perSecond }) {
  if (members === 0) return "absent";
  return lag > SECONDS_BEHIND * Math.max(1, perSecond ?? 0) ? "lagging" : "healthy";
}

function sum(numbers) {
  return numbers.reduce((total, each) => total + each, 0);
}
