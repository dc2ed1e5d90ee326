// A table of things with figures and a state, as the pipeline panel has them.

import { h } from "./dom.js";

/** A table with a column for each of the words `head`: a name, figures, and the state at the end. */
export function statusTable(name, head, rows) {
  const last = head.length - 1;
  const columns = head.map((words, index) =>
    h("th", { scope: "col", class: index && index < last ? "figure" : null }, words),
  );
  return h(
    "table",
    { class: name },
    h("thead", {}, h("tr", {}, columns)),
    h("tbody", {}, rows),
  );
}

/** A row of it; `health` colours the `{sign, words}` of its state, `about` is shown on hovering. */
export function statusRow(name, figures, { sign, words }, { health, about = null }) {
  return h(
    "tr",
    { "data-health": health, title: about },
    h("th", { scope: "row" }, name),
    figures.map((value) => h("td", { class: "figure" }, value)),
    h("td", { class: "health" }, h("span", { class: "sign", "aria-hidden": "true" }, sign), words),
  );
}
