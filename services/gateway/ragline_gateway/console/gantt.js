// How long each stage of a question took, as bars on one scale and as figures.

import { h, s } from "./dom.js";
import { duration } from "./words.js";
import { spanOf } from "./timeline.js";

const SCALE = 1000;

/** The table of a question's times, from the rows of `timeline.js`; null before the first stage. */
export function timesTable(rows) {
  const span = spanOf(rows);
  if (span === null) return null;
  const key = (css, words) => {
    const patch = h("span", { class: `key ${css}`, "aria-hidden": "true" });
    return h("th", { scope: "col", class: "figure" }, patch, words);
  };
  const title = h("th", { scope: "col" }, "This question");
  const head = h(
    "tr",
    {},
    title,
    h("td", { class: "bar" }),
    key("waiting", "waited"),
    key("working", "worked"),
  );
  const body = h(
    "tbody",
    {},
    rows.map((row) => tableRow(row, span)),
    total(rows, span),
  );
  return h("table", {}, h("thead", {}, head), body);
}

function tableRow(row, span) {
  const begun = row.queued !== undefined;
  return h(
    "tr",
    { "data-phase": row.phase },
    h("th", { scope: "row" }, row.look > 1 ? `${row.stage}, look ${row.look}` : row.stage),
    h("td", { class: "bar" }, begun ? bar(row, span) : null),
    h("td", { class: "figure" }, begun ? duration(row.waiting) : "–"),
    h("td", { class: "figure" }, begun ? duration(row.working) : "–"),
  );
}

function bar({ queued, started, finished }, [from, to]) {
  const place = (instant) => ((instant - from) / (to - from)) * SCALE;
  const piece = (css, start, end) => {
    const width = Math.max(place(end) - place(start), end > start ? 3 : 0);
    return s("rect", { class: css, x: place(start), y: 0, width, height: 10 });
  };
  const box = { viewBox: `0 0 ${SCALE} 10`, preserveAspectRatio: "none", "aria-hidden": "true" };
  return s("svg", box, piece("waiting", queued, started), piece("working", started, finished));
}

function total(rows, [from, to]) {
  const sum = (name) => rows.reduce((all, row) => all + row[name], 0);
  return h(
    "tr",
    { class: "total" },
    h("th", { scope: "row" }, "in all"),
    h("td", { class: "bar" }, duration(to - from)),
    h("td", { class: "figure" }, duration(sum("waiting"))),
    h("td", { class: "figure" }, duration(sum("working"))),
  );
}
