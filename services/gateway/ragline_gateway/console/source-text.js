// A document's source as one text, and the position of a quote in it.

import { indexOfCodePoint } from "./codepoints.js";

/**
 * The parts of a source `{start, end, text, heading_path}` (code points) as one text, with a line
 * break where the source had white space or a heading between two of them.
 *
 * `rangeOf(start, end)` and `find(quote)` give the range `[from, to]` in `text`, or null.
 */
export function layOut(parts) {
  const pieces = [];
  let text = "";
  let end = null;
  for (const part of [...parts].sort((a, b) => a.start - b.start)) {
    const gap = end !== null && part.start > end;
    if (gap) text += "\n";
    const from = text.length;
    text += part.text;
    pieces.push({ part, from, to: text.length, gap, indexOf: indexOfCodePoint(part.text) });
    end = part.end;
  }
  return {
    text,
    pieces,
    rangeOf: (start, stop) => rangeIn(pieces, start, stop),
    find: (quote) => find(text, quote),
  };
}

function rangeIn(pieces, start, end) {
  const touched = pieces.filter(({ part }) => part.start < end && start < part.end);
  if (touched.length === 0) return null;
  const [first, last] = [touched[0], touched.at(-1)];
  return [
    first.from + first.indexOf(start - first.part.start),
    last.from + last.indexOf(end - last.part.start),
  ];
}

/** Finds the words of `quote`, regardless of the white space between them. */
function find(text, quote) {
  const words = quote.split(/\s+/).filter(Boolean);
  if (words.length === 0) return null;
  const pattern = words.map((word) => word.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")).join("\\s+");
  const match = new RegExp(pattern).exec(text);
  return match ? [match.index, match.index + match[0].length] : null;
}
