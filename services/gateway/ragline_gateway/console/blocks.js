// The block structure of Markdown-ish text: paragraphs, headings, lists, code, quotes, tables.
// Blocks hold ranges of the text instead of copies, so that verdicts on ranges can be shown in
// place.

const DEEPEST = 6;
const FENCE = /^ {0,3}(`{3,}|~{3,})[ \t]*([\w+#.-]*)[^`]*$/;
const HEADING = /^ {0,3}(#{1,6})[ \t]+/;
const ITEM = /^( {0,3})(?:[-*+•]|(\d{1,9})[.)])(?:[ \t]+|$)/;
const QUOTE = /^ {0,3}> ?/;
const RULE = /^ {0,3}(?:(?:- *){3,}|(?:\* *){3,}|(?:_ *){3,})$/;
const DIVIDER = /^ *\|?(?: *:?-+:? *\|)+ *(?::?-+:? *)?$/;

/** The blocks of `text`, in order, each with its range `[from, to)`. */
export function blocksOf(text) {
  const lines = [];
  for (const match of text.matchAll(/[^\n]*(?:\n|$)/g)) {
    if (match[0]) lines.push({ from: match.index, to: match.index + match[0].trimEnd().length });
  }
  return parse(text, lines, 0);
}

function parse(text, lines, depth) {
  const found = [];
  const source = { text, lines, depth, words: (at) => text.slice(lines[at].from, lines[at].to) };
  for (let at = 0; at < lines.length;) {
    if (source.words(at).trim() === "") at += 1;
    else {
      const [block, next] = READERS.map((read) => read(source, at)).find(Boolean);
      found.push({ ...block, from: lines[at].from, to: lines[next - 1].to });
      at = next;
    }
  }
  return found;
}

// Each reader returns the block that begins at a line and the line after it, or null.
// They are tried in this order; the last one accepts every line.
const READERS = [fence, heading, rule, table, quote, list, paragraph];
const INTERRUPTING = [fence, heading, rule, quote];

function fence({ lines, words }, at) {
  const opening = FENCE.exec(words(at));
  if (!opening) return null;
  const closing = new RegExp(`^ *${opening[1]}${opening[1][0]}*$`);
  let end = at + 1;
  while (end < lines.length && !closing.test(words(end))) end += 1;
  const inner = lines.slice(at + 1, end);
  return [{ kind: "code", language: opening[2], lines: inner }, Math.min(end + 1, lines.length)];
}

function heading({ lines, words }, at) {
  const mark = HEADING.exec(words(at));
  if (!mark) return null;
  const line = { from: lines[at].from + mark[0].length, to: lines[at].to };
  return [{ kind: "heading", level: mark[1].length, lines: [line] }, at + 1];
}

function rule({ words }, at) {
  return RULE.test(words(at)) ? [{ kind: "rule" }, at + 1] : null;
}

function quote({ text, lines, depth, words }, at) {
  if (depth >= DEEPEST || !QUOTE.test(words(at))) return null;
  let end = at;
  const inner = [];
  for (; end < lines.length && QUOTE.test(words(end)); end += 1) {
    const mark = QUOTE.exec(words(end))[0].length;
    inner.push({
      from: lines[end].from + mark,
      to: Math.max(lines[end].to, lines[end].from + mark),
    });
  }
  return [{ kind: "quote", blocks: parse(text, inner, depth + 1) }, end];
}

function list(source, at) {
  const { text, lines, depth, words } = source;
  const first = ITEM.exec(words(at));
  if (depth >= DEEPEST || !first) return null;
  const items = [];
  let end = at;
  for (let next = at; next < lines.length; next = afterBlanks(source, end)) {
    const mark = ITEM.exec(words(next));
    if (!mark || RULE.test(words(next)) || Boolean(mark[2]) !== Boolean(first[2])) break;
    const own = [
      { from: Math.min(lines[next].from + mark[0].length, lines[next].to), to: lines[next].to },
    ];
    for (end = next + 1; end < lines.length && belongs(source, end); end += 1) {
      const indent = /^ */.exec(words(end))[0].length;
      own.push({ from: lines[end].from + Math.min(indent, mark[0].length), to: lines[end].to });
    }
    items.push(parse(text, own, depth + 1));
  }
  return [{ kind: "list", first: first[2] ? Number(first[2]) : null, items }, end];
}

function afterBlanks({ lines, words }, at) {
  let next = at;
  while (next < lines.length && words(next).trim() === "") next += 1;
  return next;
}

/** Whether a line continues the list item above it. */
function belongs(source, at) {
  const { lines, words } = source;
  if (words(at).trim() === "") {
    const next = afterBlanks(source, at);
    return next < lines.length && words(next).startsWith("  ");
  }
  if (words(at).startsWith("  ")) return true;
  const lazy = words(at - 1).trim() !== "" && !ITEM.test(words(at));
  return lazy && !INTERRUPTING.some((read) => read(source, at));
}

function table({ lines, words }, at) {
  if (!words(at).includes("|") || at + 1 >= lines.length || !DIVIDER.test(words(at + 1)))
    return null;
  let end = at + 2;
  while (end < lines.length && words(end).includes("|")) end += 1;
  const rows = [at, ...Array.from({ length: end - at - 2 }, (_, i) => at + 2 + i)];
  return [{ kind: "table", rows: rows.map((row) => cells(words(row), lines[row].from)) }, end];
}

function cells(words, from) {
  const found = [];
  for (const match of words.matchAll(/(?:\\.|`[^`]*`|[^|\\]|\\$)+/g)) {
    const start = match.index + (match[0].length - match[0].trimStart().length);
    const to = match.index + match[0].trimEnd().length;
    if (to > start) found.push({ from: from + start, to: from + to });
    else if (match.index > 0 && match.index + match[0].length < words.length) {
      found.push({ from: from + match.index, to: from + match.index });
    }
  }
  return found;
}

function paragraph(source, at) {
  const { lines, words } = source;
  let end = at + 1;
  const goesOn = () =>
    words(end).trim() !== "" &&
    !ITEM.test(words(end)) &&
    !INTERRUPTING.some((read) => read(source, end)) &&
    table(source, end) === null;
  while (end < lines.length && goesOn()) end += 1;
  return [{ kind: "paragraph", lines: lines.slice(at, end) }, end];
}
