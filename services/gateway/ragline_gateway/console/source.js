// A document's text in a panel, with the cited passage highlighted.

import { bringIntoView, h, outwardLink, webAddress } from "./dom.js";
import { headingPath, nameOf } from "./citations.js";
import { layOut } from "./source-text.js";
import { quoteElement, softBreaks, softened } from "./soft-breaks.js";

/** A function that opens the panel for a citation, or for a document `{document_id, version}`. */
export function createSourcePanel(api) {
  const dialog = document.getElementById("source");
  let opened = 0;

  return async function openSource(reference) {
    const mine = (opened += 1);
    fill(dialog, reference, h("p", { class: "note", role: "status" }, "Fetching the source…"));
    if (!dialog.open) dialog.showModal();
    const body = await contents(api, reference);
    if (mine !== opened || !dialog.open) return;
    fill(dialog, body.source ?? reference, ...body.elements);
    const first = dialog.querySelector("mark");
    if (first) bringIntoView(first);
  };
}

async function contents(api, reference) {
  try {
    const source = await api.source(reference.document_id, reference.version);
    return { source, elements: sourceElements(source, reference) };
  } catch (problem) {
    const words =
      problem.status === 404
        ? "The document is gone, or you may no longer read it."
        : problem.message;
    return { elements: [h("p", { class: "problem", role: "alert" }, words), cited(reference)] };
  }
}

function fill(dialog, source, ...elements) {
  const close = h(
    "button",
    { type: "button", class: "quiet", click: () => dialog.close() },
    "Close",
  );
  const details = h(
    "p",
    { class: "meta" },
    h("span", { class: "id" }, source.document_id),
    ` version ${source.version}`,
    webAddress(source.url) ? [" · ", outwardLink(source.url, "Open the original")] : null,
  );
  const title = h("h2", { id: "source-title" }, nameOf(source));
  dialog.replaceChildren(
    h("header", { class: "panel-head" }, h("div", {}, title, details), close),
    ...elements,
  );
}

function sourceElements(source, reference) {
  const laid = layOut(source.parts);
  const quoted = reference.quote !== undefined;
  const range = quoted ? rangeOf(laid, source, reference) : null;
  const notice = quoted ? noticeOf(source, reference, range) : null;
  const text = h(
    "div",
    { class: "source-text", tabindex: 0, role: "region", "aria-label": "Text of the source" },
    passages(laid, range),
  );
  return [notice, text].filter(Boolean);
}

function rangeOf(laid, source, { start, end, quote }) {
  const range = source.current ? laid.rangeOf(start, end) : null;
  return range ?? laid.find(quote);
}

function noticeOf(source, reference, range) {
  if (source.current && range) return null;
  const changed = source.current
    ? "The cited words are not where the answer found them."
    : `The document has changed since this answer, which cites version ${reference.version}.`;
  const fate = range
    ? "The cited words still stand in it."
    : "The cited words no longer stand in it:";
  const words = source.current && range ? changed : `${changed} ${fate}`;
  return h(
    "div",
    { class: "changed", role: "status" },
    h("p", {}, words),
    range ? null : cited(reference),
  );
}

function cited({ quote }) {
  return quote ? quoteElement(quote) : null;
}

/** The pieces of the source; pieces without a gap between them share a paragraph. */
function passages({ text, pieces }, range) {
  const breaks = softBreaks(text);
  const elements = [];
  let path = null;
  for (const piece of pieces) {
    const heading = headingPath(piece.part);
    if (heading && heading.textContent !== path) elements.push(heading);
    const runsOn = !piece.gap && elements.at(-1)?.className === "passage";
    if (!runsOn) elements.push(h("p", { class: "passage" }));
    elements
      .at(-1)
      .append(...highlighted(piece, range, (from, to) => softened(text, breaks, from, to)));
    path = heading?.textContent ?? null;
  }
  return elements;
}

/** The nodes of a piece, with the cited part in a `mark`. `nodes(from, to)` renders a range. */
function highlighted({ from, to }, range, nodes) {
  const [start, end] = range ? range.map((place) => Math.min(Math.max(place, from), to)) : [to, to];
  if (start === end) return nodes(from, to);
  return [
    ...nodes(from, start),
    h("mark", { class: "cited" }, nodes(start, end)),
    ...nodes(end, to),
  ];
}
