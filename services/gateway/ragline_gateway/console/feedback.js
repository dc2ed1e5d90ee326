// Thumbs up and down, with an optional reason.

import { h, s } from "./dom.js";

const THUMB =
  "M7 10v10H4V10zm2 0 4-7c1.4 0 2.3 1 2 2.4L14.4 9H19c1.2 0 2 1 1.8 2.2l-1.4 7A2.2 2.2 0 0 1 17.3 20H9z";
const WORDS = { up: "Good", down: "Bad" };

function thumb(rating, about, click) {
  const attributes = {
    type: "button",
    class: "thumb",
    "aria-pressed": "false",
    "data-rating": rating,
  };
  const icon = s(
    "svg",
    { viewBox: "0 0 24 24", width: 18, height: 18, class: rating, "aria-hidden": "true" },
    s("path", { d: THUMB }),
  );
  const label = `${WORDS[rating]} ${about}`;
  return h("button", { ...attributes, "aria-label": label, title: label, click }, icon);
}

/**
 * Two buttons that send a rating at once. `send(rating)` resolves when it was accepted. The pressed
 * button stays pressed; the other rating can still be given.
 */
export function thumbs({ about, send }) {
  const said = h("span", { class: "said", role: "status" });
  const give = async (rating) => {
    said.textContent = "…";
    try {
      await send(rating);
      press(buttons, rating);
      said.textContent = "Noted";
    } catch (problem) {
      said.textContent = problem.message;
    }
  };
  const buttons = ["up", "down"].map((rating) => thumb(rating, about, () => give(rating)));
  return h("div", { class: "thumbs" }, said, buttons);
}

/** Thumbs for a whole answer, which ask for a reason before they send `{rating, reason}`. */
export function answerFeedback(send) {
  const said = h("p", { class: "said", role: "status" });
  const reason = h("input", {
    type: "text",
    maxlength: 2000,
    autocomplete: "off",
    placeholder: "Why? (optional)",
    "aria-label": "Why? (optional)",
  });
  const form = h(
    "form",
    { class: "reason", hidden: true, submit: give },
    reason,
    h("button", { type: "submit", class: "small" }, "Send"),
  );
  let rating = null;
  const buttons = ["up", "down"].map((each) => thumb(each, "answer", () => choose(each)));

  function choose(chosen) {
    rating = chosen;
    press(buttons, rating);
    said.textContent = "";
    form.hidden = false;
    reason.focus();
  }

  async function give(event) {
    event.preventDefault();
    try {
      await send({ rating, ...(reason.value.trim() && { reason: reason.value.trim() }) });
      form.hidden = true;
      reason.value = "";
      said.textContent = "Thank you, noted.";
      buttons.find((button) => button.dataset.rating === rating).focus();
    } catch (problem) {
      said.textContent = problem.message;
    }
  }

  const row = h(
    "div",
    { class: "thumbs" },
    h("span", { class: "ask-opinion" }, "Was this any help?"),
    buttons,
  );
  return h("div", { class: "feedback" }, row, form, said);
}

function press(buttons, rating) {
  for (const button of buttons) {
    button.setAttribute("aria-pressed", String(button.dataset.rating === rating));
  }
}
