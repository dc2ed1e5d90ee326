// Builds elements. Untrusted text always becomes text nodes; nothing here parses markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, value);
    }
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== false));
  return element;
}

/**
 * An HTML element. An attribute whose value is a function is a listener for the event of that name;
 * null and false leave the attribute out. Children are nodes, strings, numbers or lists of them.
 */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** An SVG element; as `h`. */
export function s(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** The address if it is http or https, else null: `javascript:` and the like never become links. */
export function webAddress(text) {
  try {
    const url = new URL(text);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}

/** A link out of the console, or plain text when the address is not http or https. */
export function outwardLink(address, ...children) {
  const href = webAddress(address);
  if (href === null) return h("span", {}, ...children);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

/** Text for screen readers only. */
export function unseen(text) {
  return h("span", { class: "unseen" }, text);
}

/** Whether the user accepts animations (`prefers-reduced-motion`). */
export function motionWelcome() {
  return !matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** Scrolls an element to the middle of its scroll container. */
export function bringIntoView(element, block = "center") {
  element.scrollIntoView({ block, behavior: motionWelcome() ? "smooth" : "auto" });
}
