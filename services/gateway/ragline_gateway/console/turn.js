// A question and its answer on the page.

import { afterText, answerText, trouble } from "./answer.js";
import { count, duration } from "./words.js";
import { h } from "./dom.js";
import { renderGrowing } from "./markdown.js";

const AT_WORK = {
  classifier: "Understanding the question",
  retriever: "Searching",
  reranker: "Choosing passages",
  generator: "Reading the passages",
};
const ENDED = {
  answered: "Answered",
  refused: "Refused: no source supports an answer",
  stopped: "Stopped",
  failed: "Failed",
  expired: "Expired",
  broken: "Failed",
};

/**
 * The view of one question: `{element, update(question), spoken()}`.
 *
 * `tools` are the functions that its parts need: `{api, openSource, askAgain, showTimes}`.
 */
export function turnView(text, tools) {
  const dot = h("span", { class: "dot", "aria-hidden": "true" });
  const words = h("span", {});
  const times = h("button", {
    type: "button",
    class: "times",
    hidden: true,
    title: "Show in the pipeline",
  });
  const status = h("p", { class: "status" }, dot, words, times);
  const understood = h("p", { class: "understood", hidden: true });
  const body = h("div", { class: "prose" });
  const rest = h("div", { class: "rest" });
  const element = h(
    "article",
    { class: "turn", "data-phase": "sending" },
    h("h2", { class: "asked" }, text),
    understood,
    status,
    body,
    rest,
  );
  let ended = false;
  let shown = null;

  function update(question) {
    element.dataset.phase = question.phase;
    element.dataset.connection = question.connection;
    words.textContent = statusWords(question);
    const { text: growing, attempt } = question.progress;
    if (!question.answer && shown !== `${attempt}:${growing.length}`) {
      shown = `${attempt}:${growing.length}`;
      renderGrowing(body, growing);
    }
    if (question.ended && !ended) {
      ended = true;
      finish(question);
    }
  }

  function finish(question) {
    const { answer } = question;
    if (answer) body.replaceChildren(...answerText(answer, tools.openSource));
    understood.textContent = understoodWords(text, answer?.standalone_text);
    understood.hidden = !understood.textContent;
    const failed = ["failed", "expired", "broken"].includes(question.phase);
    rest.replaceChildren(
      ...(failed ? [trouble(question, () => tools.askAgain(question.text))] : []),
      ...(answer ? afterText(answer, tools) : []),
    );
    times.textContent = duration(question.ended - question.asked);
    times.setAttribute("aria-label", `${times.textContent}: show in the pipeline`);
    times.hidden = question.progress.stages.length === 0 && !answer?.timings.length;
    times.addEventListener("click", () => tools.showTimes(question));
  }

  return { element, update, spoken: () => body.textContent };
}

/** What was searched for, where that is not what was typed; else nothing. */
export function understoodWords(typed, standalone) {
  const [asked, meant] = [typed, standalone ?? ""].map((text) => text.trim().replace(/\s+/g, " "));
  return meant && meant !== asked ? `Understood as: ${meant}` : "";
}

/** The progress of a question, in a few words. */
export function statusWords(question) {
  const { phase, connection, stopping, progress, answer } = question;
  if (phase === "sending") return "Sending";
  if (phase !== "running") return endWords(phase, answer);
  if (connection === "lost") return "Connection lost, trying again";
  if (stopping) return "Stopping";
  if (progress.text) return progress.restarted ? "Writing anew" : "Writing";
  return AT_WORK[progress.stages.at(-1)?.stage] ?? "Waiting for the classifier";
}

function endWords(phase, answer) {
  if (phase !== "answered") return ENDED[phase];
  const kind = answer.intent ? `, ${answer.intent} question` : "";
  return `${ENDED.answered} from ${count(answer.citations.length, "source")}${kind}`;
}
