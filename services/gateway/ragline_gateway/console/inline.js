// The inline content of a block as nodes: code, emphasis, links and citation markers.

import { h, outwardLink } from "./dom.js";

// Bounded, so that a hostile text cannot cause quadratic searches
const TOKEN = new RegExp(
  [
    /(?<escape>\\[!-/:-@[-`{-~])/,
    /(?<ticks>`+)(?!`)(?<code>[^]{1,2000}?)(?<!`)\k<ticks>(?!`)/,
    /\[(?<marker>\d{1,3})\](?!\()/,
    /\[(?<label>(?:[^[\]\\]|\\.|\[[^[\]]{0,200}\]){1,500})\]\((?<target>[^\s()<>]{0,2000}(?:\([^\s()<>]{0,500}\)[^\s()<>]{0,500})?)(?:[ \t]+"[^"\n]{0,200}")?\)/,
    /<(?<address>https?:\/\/[^\s<>]{1,2000})>/,
    /\*\*(?=\S)(?<strong>[^]{0,2000}?[^\s*])\*\*/,
    /\*(?=[^\s*])(?<emphasis>[^*]{0,1000}?[^\s*])\*(?!\*)/,
    /(?<![\w_])_(?=[^\s_])(?<underlined>[^_]{0,1000}?[^\s_])_(?![\w_])/,
    /(?<bare>https?:\/\/[^\s<>"'`)\]]{1,2000}[^\s<>"'`)\].,;:!?*_])/,
  ]
    .map((part) => part.source)
    .join("|"),
  "dg",
);

/** A piece of text with the position of each of its characters in the whole text. */
export class Run {
  constructor(text, places) {
    this.text = text;
    this.places = places;
  }

  /** The text of some ranges `[from, to)`, with a line break between them. */
  static of(text, ranges) {
    const places = [];
    for (const [index, { from, to }] of ranges.entries()) {
      if (index > 0) places.push(from - 1);
      for (let place = from; place < to; place += 1) places.push(place);
    }
    return new Run(ranges.map(({ from, to }) => text.slice(from, to)).join("\n"), places);
  }

  cut([from, to]) {
    return new Run(this.text.slice(from, to), this.places.slice(from, to));
  }
}

/**
 * The nodes of a run. `leaf(run)` makes the nodes of plain text, `cite(number)` the node of a
 * citation marker, or null where there is no such citation and the text stays as it is.
 */
export function inline(run, { leaf, cite }) {
  const nodes = [];
  let done = 0;
  const upTo = (end) => {
    if (end > done) nodes.push(...leaf(run.cut([done, end])));
  };
  for (const match of run.text.matchAll(TOKEN)) {
    const made = element(match, run, { leaf, cite });
    if (made === null) continue;
    upTo(match.index);
    nodes.push(made);
    done = match.index + match[0].length;
  }
  upTo(run.text.length);
  return nodes;
}

function element({ groups, indices }, run, makers) {
  const part = (name) => run.cut(indices.groups[name]);
  const nested = (name) => inline(part(name), makers);
  const plain = (name) => makers.leaf(part(name));
  if (groups.escape) return h("span", {}, makers.leaf(part("escape").cut([1, 2])));
  if (groups.code) return h("code", {}, plain("code"));
  if (groups.marker) return makers.cite(Number(groups.marker));
  if (groups.label) return outwardLink(groups.target, nested("label"));
  if (groups.address) return outwardLink(groups.address, plain("address"));
  if (groups.strong) return h("strong", {}, nested("strong"));
  if (groups.emphasis) return h("em", {}, nested("emphasis"));
  if (groups.underlined) return h("em", {}, nested("underlined"));
  return outwardLink(groups.bare, plain("bare"));
}
