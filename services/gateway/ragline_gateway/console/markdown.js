// Renders Markdown-ish text safely: a fixed set of elements, and all content as text nodes.

import { blocksOf } from "./blocks.js";
import { h, unseen } from "./dom.js";
import { Run, inline } from "./inline.js";

const NOTHING_CITED = () => null;
const shown = new WeakMap();

/**
 * The elements of `text`.
 *
 * `cite(number)` makes the node of a citation marker, or null where there is none. `doubts` are
 * ranges `{start, end, why}` of the text (indices of the string) that are marked as unsupported.
 */
export function render(text, { cite = NOTHING_CITED, doubts = [] } = {}) {
  const elements = blocksOf(text).map((block) => blockElement(text, block, { cite, doubts }));
  for (const [index, { why }] of doubts.entries()) explain(elements, index, why);
  return elements;
}

/** Shows a growing text: elements of blocks unchanged since the last call are kept. */
export function renderGrowing(container, text) {
  const before = shown.get(container) ?? [];
  const blocks = blocksOf(text).map((block) => ({ block, raw: text.slice(block.from, block.to) }));
  let same = 0;
  while (same < blocks.length && before[same] === blocks[same].raw) same += 1;
  while (container.childNodes.length > same) container.lastChild.remove();
  const makers = { cite: NOTHING_CITED, doubts: [] };
  container.append(...blocks.slice(same).map(({ block }) => blockElement(text, block, makers)));
  shown.set(
    container,
    blocks.map(({ raw }) => raw),
  );
}

function blockElement(text, block, options) {
  const makers = { cite: options.cite, leaf: (run) => marked(run, options.doubts) };
  const words = (ranges) => inline(Run.of(text, ranges), makers);
  const inner = (blocks) => blocks.map((each) => blockElement(text, each, options));
  switch (block.kind) {
    case "heading": // below the page's own headings
      return h(
        "p",
        { class: "heading", role: "heading", "aria-level": Math.min(block.level + 3, 6) },
        words(block.lines),
      );
    case "code":
      return h(
        "pre",
        { tabindex: 0 },
        h("code", {}, marked(Run.of(text, block.lines), options.doubts)),
      );
    case "quote":
      return h("blockquote", {}, inner(block.blocks));
    case "list":
      return listElement(block, inner);
    case "table":
      return tableElement(block, words);
    case "rule":
      return h("hr");
    default:
      return h("p", {}, words(block.lines));
  }
}

function listElement({ first, items }, inner) {
  const entries = items.map((blocks) => h("li", {}, inner(blocks)));
  return first === null ? h("ul", {}, entries) : h("ol", { start: first }, entries);
}

function tableElement({ rows: [head, ...body] }, words) {
  const row = (cells, tag) =>
    h(
      "tr",
      {},
      cells.map((cell) => h(tag, {}, words([cell]))),
    );
  const table = h(
    "table",
    {},
    h("thead", {}, row(head, "th")),
    h(
      "tbody",
      {},
      body.map((each) => row(each, "td")),
    ),
  );
  return h("div", { class: "wide", tabindex: 0 }, table);
}

/** Text nodes; parts inside a doubt are wrapped in `mark` elements. */
function marked(run, doubts) {
  const nodes = [];
  let from = 0;
  const doubtAt = (place) => doubts.findIndex(({ start, end }) => start <= place && place < end);
  while (from < run.text.length) {
    const doubt = doubts.length ? doubtAt(run.places[from]) : -1;
    let to = from + 1;
    while (to < run.text.length && (!doubts.length || doubtAt(run.places[to]) === doubt)) to += 1;
    const words = run.text.slice(from, to);
    nodes.push(doubt < 0 ? words : h("mark", { class: "doubt", "data-doubt": doubt }, words));
    from = to;
  }
  return nodes;
}

/** Adds the reason after the last marked piece of a doubt, visibly and for screen readers. */
function explain(elements, index, why) {
  const selector = `mark[data-doubt="${index}"]`;
  const pieces = elements.flatMap((element) => [...element.querySelectorAll(selector)]);
  for (const piece of pieces) piece.title = why;
  pieces
    .at(-1)
    ?.append(
      h("span", { class: "doubt-sign", "aria-hidden": "true" }, "?"),
      unseen(` (not supported: ${why}) `),
    );
}
