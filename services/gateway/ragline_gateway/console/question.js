// The life of one question, from the question box to its answer.

import { BEGINNING, advance } from "./progress.js";
import { Problem } from "./api.js";
import { clockOffset } from "./timeline.js";
import { follow } from "./sse.js";

const TICK_MS = 200;

/**
 * Asks `text`. `changed(question)` is called after every change of the question and, while it runs,
 * often enough to update a clock.
 *
 * `question.phase` is sending, running, or how it ended: answered, refused, stopped, failed, expired
 * (with `answer`), or broken (with `problem`: the gateway took no question, or lost it).
 */
export function askQuestion({ api, text, history, changed }) {
  const leaving = new AbortController();
  const question = {
    text,
    id: null,
    phase: "sending",
    connection: "open",
    stopping: false,
    progress: BEGINNING,
    answer: null,
    problem: null,
    asked: Date.now(),
    ended: null,
    offset: null,
    /** Asks the generator to stop; an answer still comes. */
    stop() {
      this.stopping = true;
      changed(this);
      if (this.id) api.cancel(this.id).catch(() => {}); // it may have ended by itself
    },
    /** Stops following the question. */
    leave: () => leaving.abort(),
    /** Now, by the server's clock (epoch ms). */
    serverNow: () => (question.ended ?? Date.now()) + (question.offset ?? 0),
  };
  run({ api, question, history, changed, signal: leaving.signal });
  return question;
}

async function run({ api, question, history, changed, signal }) {
  const clock = setInterval(() => changed(question), TICK_MS);
  signal.addEventListener("abort", () => clearInterval(clock));
  try {
    const accepted = await api.ask({ text: question.text, history });
    question.id = accepted.query_id;
    question.phase = "running";
    if (question.stopping) question.stop();
    changed(question);
    await followAnswer({ api, question, changed, signal });
    if (signal.aborted) return;
    question.answer ??= await storedAnswer(api, question.id);
    question.phase = phaseOf(question.answer);
  } catch (error) {
    question.problem = error;
    question.phase = "broken";
  }
  clearInterval(clock);
  question.ended = Date.now();
  if (!signal.aborted) changed(question);
}

function phaseOf({ status, error }) {
  return status === "failed" && error?.code === "cancelled" ? "stopped" : status;
}

async function followAnswer({ api, question, changed, signal }) {
  await follow((lastId, aborted) => api.events(question.id, lastId, aborted), {
    signal,
    isLast: (event) => event.type === "answer" || event.type === "problem",
    onState: (state) => {
      question.connection = state;
      changed(question);
    },
    onEvent: (event) => {
      question.progress = advance(question.progress, event);
      question.answer = question.progress.answer;
      const begun = question.progress.stages.at(-1)?.started;
      if (event.type === "stage" && begun) {
        question.offset = clockOffset(question.offset, begun, Date.now());
      }
      changed(question);
    },
  });
  if (question.progress.problem) throw new Problem(question.progress.problem);
}

async function storedAnswer(api, id) {
  const { answer } = await api.state(id);
  if (answer) return answer;
  throw new Problem({ code: "lost", detail: "The stream ended without an answer." });
}
