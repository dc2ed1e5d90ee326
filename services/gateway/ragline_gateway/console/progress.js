// The state of one question, computed from the events of its stream. Pure.

/** The initial state. `seq` is that of the last text, `gap` whether earlier text is missing. */
export const BEGINNING = Object.freeze({
  stages: Object.freeze([]),
  attempt: 0,
  seq: 0,
  text: "",
  gap: false,
  restarted: false,
  answer: null,
  problem: null,
});

/** The state after an event `{type, data}`; one that was applied before changes nothing. */
export function advance(state, { type, data }) {
  const value = JSON.parse(data);
  switch (type) {
    case "stage":
      return stage(state, value);
    case "token":
      return token(state, value);
    case "answer":
      return { ...state, answer: value };
    case "problem":
      return { ...state, problem: value };
    default:
      return state;
  }
}

function stage(state, { stage: name, queued, started, timings }) {
  const finished = timings.map((each) => ({ ...each }));
  const told = [...finished, { stage: name, queued, started, finished: null }];
  // the event of an earlier stage arrived late: the later stage's state is newer
  return told.length > state.stages.length ? { ...state, stages: told } : state;
}

function token(state, { attempt, seq, delta }) {
  const anew = attempt > state.attempt;
  if (attempt < state.attempt || (!anew && seq <= state.seq)) return state;
  const before = anew ? { seq: 0, text: "", gap: false } : state; // 0 is the start, without text
  return {
    ...state,
    attempt,
    seq,
    text: before.text + (delta ?? ""),
    gap: before.gap || seq > before.seq + 1,
    restarted: state.restarted || (anew && state.text !== ""),
  };
}
