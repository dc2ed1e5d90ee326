// The pipeline panel: its picture, the times of one question, and the health of each stage.

import { HEALTH, stagesOf } from "./health.js";
import { STAGES, lastLooks, rowsOf, spanOf } from "./timeline.js";
import { count, duration } from "./words.js";
import { createPicture } from "./picture.js";
import { h } from "./dom.js";
import { indexesTable } from "./indexes.js";
import { statusRow, statusTable } from "./status-table.js";
import { timesTable } from "./gantt.js";
import { whileVisible } from "./poll.js";

const LOOK_MS = 2_000;
const BAD = new Set(["failed", "expired", "broken"]);

/** The panel: `show(question)` selects a question, `changed(question)` updates it. */
export function createPipeline(api, { mayOperate }) {
  const [timeline, table, deadLetters] = ["timeline", "stages", "dead-letters"].map((id) =>
    document.getElementById(id),
  );
  const picture = createPicture(document.getElementById("picture"));
  let question = null;
  let stages = [];

  function drawQuestion() {
    const rows = question ? questionRows(question) : rowsOf([], { now: 0, over: false });
    picture.update(stations(question, rows, stages));
    const parts = [timesTable(rows), firstText(question?.answer)];
    timeline.replaceChildren(...parts.filter(Boolean));
  }

  async function look() {
    if (!mayOperate()) {
      stages = [];
      return told(
        h(
          "p",
          { class: "note" },
          "How the stages are is told to callers with the scope “operate”.",
        ),
        "",
      );
    }
    try {
      const view = await api.pipeline();
      stages = stagesOf(view);
      const tables = h("div", {}, stagesTable(stages, view.stale), indexesTable(view));
      told(tables, count(view.dead_letters, "dead letter"));
    } catch (problem) {
      stages = stages.map((stage) => ({ ...stage, health: "unknown" }));
      told(h("p", { class: "note" }, `How the stages are is not known: ${problem.message}`), "");
    }
  }

  function told(element, letters) {
    table.replaceChildren(element);
    deadLetters.textContent = letters;
    drawQuestion();
  }

  const looking = whileVisible(look, LOOK_MS);
  return {
    again: looking.again,
    show(shown) {
      question = shown;
      drawQuestion();
    },
    changed(now) {
      if (now === question) drawQuestion();
    },
  };
}

function questionRows(question) {
  const timings = question.answer?.timings.length
    ? question.answer.timings
    : question.progress.stages;
  return rowsOf(timings, { now: question.serverNow(), over: question.ended !== null });
}

function firstText(answer) {
  if (!answer?.first_text_ms) return null;
  const words = `The first text came ${duration(answer.first_text_ms)} after the generator began.`;
  return h("p", { class: "note" }, words);
}

function stations(question, rows, stages) {
  const own = lastLooks(rows).map((row) => {
    const state = stages.find(({ stage }) => stage === row.stage);
    const time = row.queued === undefined ? "" : duration(row.working);
    return {
      name: row.stage,
      kind: "stage",
      phase: row.phase,
      time,
      health: state?.health ?? null,
      lag: state?.lag ?? 0,
    };
  });
  const end = { kind: "end", health: null, lag: 0 };
  const ended = Boolean(question?.ended);
  const answer = !ended ? "ahead" : BAD.has(question.phase) ? "bad" : "done";
  const span = ended ? spanOf(rows) : null;
  return [
    { ...end, name: "publisher", phase: question ? "done" : "ahead", time: "" },
    ...own,
    { ...end, name: "answer", phase: answer, time: span ? duration(span[1] - span[0]) : "" },
  ];
}

function stagesTable(stages, stale) {
  const head = ["Stages now", "waiting", "consumers", "per second", "health"];
  const order = (stage) => STAGES.indexOf(stage) + 1 || STAGES.length + 1;
  const rows = [...stages].sort((a, b) => order(a.stage) - order(b.stage)).map(stageRow);
  const note = stale
    ? h("p", { class: "note" }, "Nobody has looked at the pipeline lately; these figures are old.")
    : null;
  return h("div", {}, note, statusTable("stages-table", head, rows));
}

function stageRow({ stage, topics, lag, members, perSecond, health }) {
  const figures = [lag, members, perSecond === null ? "–" : Number(perSecond.toFixed(1))];
  const about = `reads ${topics.join(", ")}`;
  return statusRow(stage, figures, HEALTH[health], { health, about });
}
