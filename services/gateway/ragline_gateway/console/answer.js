// A finished answer: its text with unsupported claims marked, sources, notices and next steps.

import { citationCards, markerButton, nearestSources } from "./citations.js";
import { answerFeedback } from "./feedback.js";
import { count, degradation, doubt } from "./words.js";
import { h } from "./dom.js";
import { indexOfCodePoint } from "./codepoints.js";
import { render } from "./markdown.js";

/** The elements of the answer's text: markers are buttons, unsupported claims are marked. */
export function answerText(answer, openSource) {
  const byMarker = new Map(answer.citations.map((citation) => [citation.marker, citation]));
  const cite = (number) =>
    byMarker.has(number) ? markerButton(byMarker.get(number), openSource) : null;
  return render(answer.text, { cite, doubts: doubtsOf(answer) });
}

function doubtsOf({ text, validation }) {
  const index = indexOfCodePoint(text);
  return unsupported(validation).map(({ start, end, problem }) => ({
    start: index(start),
    end: index(end),
    why: doubt(problem),
  }));
}

function unsupported(validation) {
  return (validation?.claims ?? []).filter((claim) => claim.support === "unsupported");
}

/** The elements below the text. */
export function afterText(answer, { openSource, api }) {
  const rate = (marker, rating) =>
    api.feedback(answer.query_id, { citations: [{ marker, rating }] });
  const rated = answer.status === "answered" || answer.status === "refused";
  return [
    notices(answer),
    answer.citations.length ? citationCards(answer.citations, { openSource, rate }) : null,
    answer.status === "refused" ? refusal(answer, openSource) : null,
    rated ? answerFeedback((opinion) => api.feedback(answer.query_id, opinion)) : null,
  ].filter(Boolean);
}

function notices(answer) {
  const doubtful = unsupported(answer.validation).length;
  const all = answer.validation?.claims.length ?? 0;
  const missing = Object.entries(answer.missing_versions ?? {});
  const lines = [
    doubtful
      ? `${doubtful} of ${count(all, "statement")} not supported by the sources; marked in the text.`
      : null,
    ...answer.degradations.map(degradation),
    ...missing.map(([id, version]) => `Version ${version} of ${id} was not searchable in time.`),
    answer.cached
      ? "The same question over the same sources was answered before; this is that answer."
      : null,
  ].filter(Boolean);
  if (lines.length === 0) return null;
  return h(
    "ul",
    { class: "notices", "aria-label": "About this answer" },
    lines.map((line) => h("li", {}, line)),
  );
}

function refusal({ nearest }, openSource) {
  if (nearest.length === 0) {
    return h(
      "p",
      { class: "advice" },
      "No document comes close. Perhaps it has not been added yet.",
    );
  }
  const advice = "These come closest. Ask about what they say, or add the document that you miss.";
  return h("div", {}, h("p", { class: "advice" }, advice), nearestSources(nearest, openSource));
}

/** The message for a failed, expired or broken question, with a button to ask again. */
export function trouble({ phase, answer, problem }, askAgain) {
  const [title, words] = explained(phase, answer, problem);
  const wait = answer?.error?.retry_after ?? problem?.retryAfter ?? 0;
  return h(
    "div",
    { class: "trouble" },
    h("p", { class: "trouble-title" }, title),
    h("p", {}, words),
    againButton(wait, askAgain),
  );
}

function explained(phase, answer, problem) {
  if (phase === "expired") {
    const advice = "The deadline passed. The pipeline may be busy: the lag of its stages shows it.";
    return ["No answer in time", answer.error?.message ?? advice];
  }
  if (phase === "failed")
    return ["The question failed", answer.error?.message ?? "No reason was given."];
  return [problem.title && problem.status ? problem.title : "This did not work", problem.message];
}

function againButton(wait, askAgain) {
  const button = h("button", { type: "button", class: "small", click: askAgain }, "Ask again");
  let left = Math.ceil(wait);
  const show = () => {
    button.disabled = left > 0;
    button.textContent = left > 0 ? `Ask again in ${left} s` : "Ask again";
    if (left > 0) setTimeout(show, 1000);
    left -= 1;
  };
  show();
  return button;
}
