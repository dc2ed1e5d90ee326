// Citations as cards, and for a refused question the nearest sources.

import { h } from "./dom.js";
import { quoteElement } from "./soft-breaks.js";
import { thumbs } from "./feedback.js";

/** The display name of a document. */
export function nameOf({ title, document_id: id }) {
  return title || id;
}

/** The headings above a passage, from the outermost; null without any. */
export function headingPath({ heading_path: path = [] }) {
  return path.length ? h("p", { class: "path" }, path.join(" › ")) : null;
}

/** The cards of an answer's citations. `rate(marker, rating)` sends a rating. */
export function citationCards(citations, { openSource, rate }) {
  const cards = citations.map((citation) => card(citation, { openSource, rate }));
  return h("ol", { class: "cards", "aria-label": "Sources" }, cards);
}

function card(citation, { openSource, rate }) {
  const open = () => openSource(citation);
  const { marker, document_id: id, version, quote } = citation;
  return h(
    "li",
    { class: "cite" },
    h("span", { class: "badge", "aria-hidden": "true" }, marker),
    h(
      "div",
      { class: "cite-body" },
      h(
        "button",
        {
          type: "button",
          class: "title",
          click: open,
          "aria-label": `Source ${marker}: ${nameOf(citation)}`,
        },
        nameOf(citation),
      ),
      headingPath(citation),
      quoteElement(quote),
      h(
        "div",
        { class: "cite-foot" },
        h("p", { class: "meta" }, h("span", { class: "id" }, id), ` version ${version}`),
        thumbs({ about: `source ${marker}`, send: (rating) => rate(marker, rating) }),
      ),
    ),
  );
}

/** The button for a citation marker in the text. */
export function markerButton(citation, openSource) {
  const label = `Source ${citation.marker}: ${nameOf(citation)}`;
  const attributes = {
    type: "button",
    class: "marker",
    "aria-label": label,
    title: nameOf(citation),
  };
  return h("button", { ...attributes, click: () => openSource(citation) }, citation.marker);
}

/** The documents closest to a question, best first. */
export function nearestSources(nearest, openSource) {
  const entries = nearest.map((source) =>
    h(
      "li",
      {},
      h(
        "button",
        { type: "button", class: "title", click: () => openSource(source) },
        nameOf(source),
      ),
      headingPath(source),
      h(
        "p",
        { class: "meta" },
        h("span", { class: "id" }, source.document_id),
        ` version ${source.version}`,
      ),
    ),
  );
  return h("ul", { class: "nearest" }, entries);
}
