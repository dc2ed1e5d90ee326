// How each stage is, from a look at the pipeline. Pure.

const SECONDS_BEHIND = 5;

export const HEALTH = {
  healthy: { sign: "●", words: "healthy" },
  lagging: { sign: "▲", words: "lagging" },
  absent: { sign: "✕", words: "no consumer" },
  unknown: { sign: "?", words: "unknown" },
};

/**
 * A stage's state over all of its topics: `{stage, lag, members, perSecond, topics, health}`.
 *
 * `lagging` is more than five seconds of work. Nothing is known while the look is `stale`.
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
