// The conversation: the question box, the turns, and announcements for screen readers.

import { askQuestion } from "./question.js";
import { bringIntoView } from "./dom.js";
import { statusWords, turnView } from "./turn.js";

const TURNS_TOLD = 10;
const TEXT_TOLD = 32_000;
// The server refuses a longer history, in code points
const HISTORY_TOLD = 131_072;

/**
 * Runs the conversation on the page. `tools`: `{api, openSource, showQuestion, changed,
 * announce, denied}`; `denied(problem)` is called for missing credentials.
 */
export function startConversation(tools) {
  const [form, box, turns, welcome, fresh] = ["ask", "question", "turns", "welcome", "fresh"].map(
    (id) => document.getElementById(id),
  );
  const [askButton, stopButton] = [
    form.querySelector("[type=submit]"),
    document.getElementById("stop"),
  ];
  let asked = [];

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = box.value.trim();
    if (!text || running()) return;
    box.value = "";
    ask(text);
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  stopButton.addEventListener("click", () => running()?.stop());
  fresh.addEventListener("click", () => {
    for (const question of asked) question.leave();
    asked = [];
    turns.replaceChildren();
    tools.showQuestion(null);
    showControls();
    box.focus();
  });

  function running() {
    return asked.find((question) => !question.ended);
  }

  function ask(text) {
    if (running()) return;
    const history = historyOf(asked);
    const view = turnView(text, { ...tools, askAgain: ask, showTimes: tools.showQuestion });
    turns.append(view.element);
    const question = askQuestion({ api: tools.api, text, history, changed });
    asked.push(question);
    tools.showQuestion(question);
    showControls();
    bringIntoView(view.element, "start");

    let said = "";
    function changed(now) {
      if (!asked.includes(now)) return;
      view.update(now);
      tools.changed(now);
      const words = statusWords(now);
      if (words !== said) tools.announce((said = words));
      if (now.ended) ended(now, view);
    }
    view.update(question);
  }

  function ended(question, view) {
    showControls();
    if (question.answer?.text) tools.announce(`${statusWords(question)}. ${view.spoken()}`);
    if (question.problem?.status === 401) tools.denied(question.problem);
  }

  function showControls() {
    const busy = Boolean(running());
    const focused = document.activeElement;
    [askButton.hidden, stopButton.hidden] = [busy, !busy];
    if (focused === askButton || focused === stopButton) (busy ? stopButton : box).focus();
    welcome.hidden = asked.length > 0;
    fresh.hidden = asked.length === 0 || busy;
  }
}

/** The history for the API, oldest first; only questions that were answered, the last that fit. */
export function historyOf(questions) {
  const answered = questions.filter(({ phase }) => phase === "answered").slice(-TURNS_TOLD);
  const history = [];
  let left = HISTORY_TOLD;
  for (const { text, answer } of answered.reverse()) {
    const told = [...answer.text].slice(0, TEXT_TOLD);
    left -= [...text].length + told.length;
    if (left < 0) break;
    history.unshift({ role: "user", text }, { role: "assistant", text: told.join("") });
  }
  return history;
}
