// The pipeline as a line with stations, drawn as SVG for the available width.

import { HEALTH } from "./health.js";
import { s } from "./dom.js";

const HEIGHT = 108;
const LINE = 44;
const MARGIN = 30;

/**
 * Draws into `container`. `update(stations)` shows six stations `{name, kind, phase, time, health,
 * lag}`: `kind` end or stage, `phase` ahead, working, done, skipped or bad, `time` a text,
 * `health` a key of HEALTH or null, `lag` the number of records waiting before it.
 */
export function createPicture(container) {
  let stations = [];
  let drawn = null;
  const redraw = () => {
    const width = container.clientWidth;
    if (!width || stations.length === 0) return;
    if (drawn?.width !== width) {
      drawn = draw(stations, width);
      container.replaceChildren(drawn.svg);
    }
    drawn.show(stations);
  };
  new ResizeObserver(redraw).observe(container);
  return {
    update(now) {
      stations = now;
      redraw();
    },
  };
}

function draw(stations, width) {
  const step = (width - 2 * MARGIN) / (stations.length - 1);
  const at = (index) => MARGIN + index * step;
  const title = s("title", { id: "picture-title" }, "The pipeline");
  const description = s("desc", { id: "picture-description" });
  const tracks = stations
    .slice(1)
    .map((_, index) =>
      s("line", { x1: at(index), x2: at(index + 1), y1: LINE, y2: LINE, class: "track" }),
    );
  const drawn = stations.map((each, index) => station(each, at(index)));
  const size = { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}` };
  const labels = {
    role: "img",
    "aria-labelledby": "picture-title",
    "aria-describedby": "picture-description",
  };
  const svg = s(
    "svg",
    { ...size, ...labels },
    title,
    description,
    tracks,
    drawn.map((each) => each.element),
  );

  function show(now) {
    now.forEach((each, index) => {
      drawn[index].show(each);
      if (index > 0) tracks[index - 1].dataset.phase = trackPhase(now[index - 1], each);
    });
    const words = now.map(inWords).join("; ");
    if (description.textContent !== words) description.textContent = words;
  }
  return { width, svg, show };
}

function trackPhase(before, after) {
  if (before.phase === "ahead" || before.phase === "skipped" || after.phase === "skipped")
    return "ahead";
  return after.phase === "ahead" ? "ahead" : after.phase;
}

function station({ name, kind }, x) {
  const shape =
    kind === "end"
      ? s("rect", { x: x - 9, y: LINE - 9, width: 18, height: 18, rx: 5, class: "stop" })
      : s("circle", { cx: x, cy: LINE, r: 10, class: "stop" });
  const ring = kind === "end" ? null : s("circle", { cx: x, cy: LINE, r: 10, class: "ring" });
  const label = (y, css) => s("text", { x, y, class: css, "text-anchor": "middle" });
  const [sign, title, time, lag] = [
    label(LINE + 4, "sign"),
    label(LINE + 30, "name"),
    label(LINE + 47, "time"),
    label(LINE - 20, "lag"),
  ];
  title.textContent = name;
  const element = s("g", { class: `station ${kind}` }, ring, shape, sign, title, time, lag);
  return {
    element,
    show(now) {
      element.dataset.phase = now.phase;
      element.dataset.health = now.health ?? "";
      sign.textContent = signOf(now);
      time.textContent = now.time;
      lag.textContent = lagOf(now);
    },
  };
}

function signOf({ phase, health }) {
  if (phase === "done") return "✓";
  if (phase === "bad") return "✕";
  return health && health !== "healthy" ? HEALTH[health].sign : "";
}

function lagOf({ health, lag }) {
  if (health === "absent") return HEALTH.absent.words;
  return lag ? `${lag} wait` : "";
}

function inWords({ name, phase, time, health, lag }) {
  const now = {
    ahead: "",
    skipped: "not needed",
    working: `at work, ${time}`,
    done: time && `done in ${time}`,
    bad: "ended here",
  }[phase];
  const parts = [now, health ? HEALTH[health].words : "", lag ? `${lag} waiting` : ""].filter(
    Boolean,
  );
  return parts.length ? `${name}: ${parts.join(", ")}` : name;
}
