"""How much an export read, judged, wrote and left out, with labels for the numbers."""

from __future__ import annotations

from collections.abc import Mapping

from ragline.contracts.topics import ANSWERS, DOCUMENT_ACCESS, DOCUMENTS, FEEDBACK

Counts = dict[str, dict[str, int]]
"""Group to name to count; contains all names of `LABELS`."""

LABELS: Mapping[str, Mapping[str, str]] = {
    "feedback": {
        "ratings": "ratings of the tenant in the period",
        "replaced": "… replaced by a later one of the same user",
        "foreign": "… ignored: the answer is of another tenant",
        "unanswered": "… without an answer on the topic",
        "unknown_citations": "… of citations that the answer does not have",
    },
    "answers": {
        "rated": "answers with ratings",
        "up": "… good",
        "rejected": "… bad, in rejected.jsonl",
        "tied": "… with as many good as bad ratings",
        "questionless": "… that do not state their question",
        "references": "reference answers",
        "withheld": "… withheld: a source may not be exported",
    },
    "questions": {
        "asked": "questions",
        "judged": "… in qrels",
        "without_relevant": "… without a relevant document",
        "merged": "repetitions merged into them",
    },
    "judgements": {
        "relevant": "judged relevant (2) by a rating of the citation",
        "cited": "judged relevant (1) as cited by a good answer",
        "not_relevant": "judged not relevant (0)",
        "tied": "dropped: as many votes for as against",
        "restricted": "dropped: document limited to groups",
        "gone": "dropped: document no longer there",
        "textless": "dropped: document without text here",
    },
    "documents": {
        "inline": "documents in the corpus, whole",
        "quoted": "… as their cited quotes: binary or by URI",
        "textless": "left out: empty, or binary or by URI and not quoted",
        "restricted": "left out: limited to groups",
    },
    "unreadable": {
        topic.name: f"unreadable records on {topic.name}"
        for topic in (FEEDBACK, ANSWERS, DOCUMENT_ACCESS, DOCUMENTS)
    },
}


def no_counts() -> Counts:
    """Return all counts at zero."""
    return {group: dict.fromkeys(names, 0) for group, names in LABELS.items()}
