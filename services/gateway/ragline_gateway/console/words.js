// The meaning of the API's codes in words, and readable numbers.

const DEGRADATIONS = {
  classifier_llm_skipped: "The kind of question was judged by rules alone.",
  rewrite_skipped: "The question was searched as it stands, without what was said before.",
  vector_search_skipped: "Searched by words only, not by meaning.",
  keyword_search_skipped: "Searched by meaning only, not by words.",
  metadata_search_skipped: "Titles and tags were not searched.",
  min_versions_not_reached: "A document version that was asked for was not searchable in time.",
  rerank_skipped: "The passages were not put in order a second time.",
  rerank_depth_reduced: "Fewer passages than usual were put in order a second time.",
  llm_skipped: "Written without a language model: sentences are taken from the sources.",
  llm_fallback_model: "Written by the fallback language model.",
  token_stream_skipped: "The text could not be shown while it was written.",
  answer_cut_off: "The answer ends before it was complete.",
  candidates_trimmed: "Some passages were left out: together they were too large.",
  candidates_shortened: "Some titles, headings or passages were too long and are cut.",
  second_look_skipped: "There was no second look for what the first one did not find.",
  hops_llm_skipped: "Whether to look a second time was judged by rules alone.",
  claims_trimmed: "Verdicts are shown for the first statements only.",
};

const PROBLEMS = {
  uncited: "it cites no source",
  words: "its sources hold too few of its words",
  number: "its sources hold another number, or none",
  name: "its sources hold another name, or none",
  negation: "its sources say the opposite",
  order: "names are in each other's place",
  opinion: "a second model disagrees",
};

const OUTCOMES = {
  sending: "sending",
  pending: "on its way",
  indexed: "indexed",
  unchanged: "unchanged",
  superseded: "superseded",
  deleted: "deleted",
  failed: "failed",
  rejected: "rejected",
};

/** A degradation in words; an unknown code is returned as it is. */
export function degradation(code) {
  return DEGRADATIONS[code] ?? code.replaceAll("_", " ");
}

/** Why a claim is not supported. */
export function doubt(problem) {
  return PROBLEMS[problem] ?? "its sources do not say so";
}

/** The state of a document. */
export function outcome(status) {
  return OUTCOMES[status] ?? status;
}

/** Milliseconds as `31 ms`, `1.24 s` or `2 min 5 s`. */
export function duration(ms) {
  if (ms < 999.5) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 9_995) return `${(ms / 1000).toFixed(2)} s`;
  if (ms < 99_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** How long ago an instant was, roughly. */
export function ago(instant, now = Date.now()) {
  const seconds = Math.max(0, (now - Date.parse(instant)) / 1000);
  if (seconds < 10) return "just now";
  if (seconds < 60) return `${Math.round(seconds)} s ago`;
  if (seconds < 3_600) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.round(seconds / 3_600)} h ago`;
  return new Date(instant).toLocaleDateString();
}

/** A number with its noun: `1 source`, `3 sources`. */
export function count(number, noun) {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
