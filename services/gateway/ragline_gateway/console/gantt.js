// Where a question's time went, as bars on one scale and as figures.

import { h, s } from "./dom.js";
import { duration } from "./words.js";
import { spanOf } from "./timeline.js";

const SCALE = 1000;

/** The table of a question's times, from the rows of `timeline.js`; null before the first stage. */
export function timesTable(rows, { firstTextMs = null } = {}) {
  const span = spanOf(rows);
  if (span === null) return null;
  const key = (css, words) => h("th", { scope: "col", class: "figure" }, h("span", { class: `key ${css}`, "aria-hidden": "true" }), words);
  const head = h("tr", {}, h("th", { scope: "col" }, "This question"), h("td", { class: "bar" }), key("waiting", "waited"), key("working", "worked"));
  return h("table", { class: "times-table" }, h("thead", {}, head), h("tbody", {}, rows.map((row) => tableRow(row, span)), total(rows, span, firstTextMs)));
}

function tableRow(row, span) {
  const begun = row.queued !== undefined;
  return h(
    "tr",
    { "data-phase": row.phase },
    h("th", { scope: "row" }, row.stage),
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

function total(rows, [from, to], firstTextMs) {
  const waited = rows.reduce((sum, row) => sum + row.waiting, 0);
  const worked = rows.reduce((sum, row) => sum + row.working, 0);
  const words = firstTextMs === null ? duration(to - from) : `${duration(to - from)}, first text after ${duration(firstTextMs)} of writing`;
  return h(
    "tr",
    { class: "total" },
    h("th", { scope: "row" }, "in all"),
    h("td", { class: "bar" }, words),
    h("td", { class: "figure" }, duration(waited)),
    h("td", { class: "figure" }, duration(worked)),
  );
}
