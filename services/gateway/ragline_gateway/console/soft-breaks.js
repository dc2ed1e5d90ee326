// Joins lines that were broken only to fit an editor, as a Markdown renderer does. The text itself
// stays unchanged, character by character.

import { h } from "./dom.js";

const LONG = 50; // lines broken by hand are usually longer than this
const OWN_LINE = /^(?:[-*+•|>#]|\d{1,9}[.)]\s|`{3}|~{3}|\.\. |:|={3}|-{3}|\s*$)/;
const FENCE = /^\s*(?:`{3}|~{3})/;

/** The ranges `[from, to]` of insignificant line breaks in `text`, including the indent after them.
*/
export function softBreaks(text) {
  const found = [];
  let fenced = false;
  let code = false; // indented, after an empty line
  let before = "";
  let at = 0;
  for (const line of text.split("\n")) {
    const indent = line.length - line.trimStart().length;
    code = indent >= 4 && (code || before.trim() === "");
    const fence = FENCE.test(line);
    const runsOn = !fenced && !fence && !code && !/ {2}$|[|:]$/.test(before);
    if (runsOn && before.length >= LONG && !OWN_LINE.test(line.trimStart())) {
      found.push([at - 1, at + indent]);
    }
    if (fence) fenced = !fenced;
    before = fence ? "" : line;
    at += line.length + 1;
  }
  return found;
}

/** The nodes of `[from, to)` of `text`, its soft breaks shown as spaces. */
export function softened(text, breaks, from = 0, to = text.length) {
  const nodes = [];
  let done = from;
  for (const [start, end] of breaks) {
    if (end <= done || start >= to) continue;
    if (start > done) nodes.push(text.slice(done, start));
    const stop = Math.min(end, to);
    nodes.push(h("span", { class: "soft" }, text.slice(Math.max(start, done), stop)));
    done = stop;
  }
  if (done < to) nodes.push(text.slice(done, to));
  return nodes;
}

/** An element with the words of a quote. */
export function quoteElement(words) {
  return h("blockquote", { class: "quote" }, softened(words, softBreaks(words)));
}
