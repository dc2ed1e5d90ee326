// The server counts code points, JavaScript's strings count UTF-16 units.

/** A function from code point offsets in `text` to string indices; offsets outside are clamped. */
export function indexOfCodePoint(text) {
  const starts = [];
  let index = 0;
  for (const character of text) {
    starts.push(index);
    index += character.length;
  }
  starts.push(index);
  return (offset) => starts[Math.min(Math.max(offset, 0), starts.length - 1)];
}
