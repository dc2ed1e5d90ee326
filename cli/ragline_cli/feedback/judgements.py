"""From ratings to judgements: which documents are relevant to a question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ragline_cli.feedback.rated_answers import RatedAnswer
from ragline_cli.feedback.votes import Majority, VoteCount

RELEVANT = 2
"""A rating of a citation says so."""
CITED = 1
"""An answer that is rated up cites it."""
NOT_RELEVANT = 0

_OF_VERDICT = {Majority.UP: RELEVANT, Majority.DOWN: NOT_RELEVANT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgements:
    """Document id to relevance. `disputed`: as many say yes as no, so nothing is judged.

    `unknown_citations` counts ratings of citations that their answer does not have.
    """

    relevance: Mapping[str, int]
    disputed: frozenset[str]
    unknown_citations: int


def judge(answers: Sequence[RatedAnswer]) -> Judgements:
    """Judge the documents that the answers to one question cite.

    An answer that is rated down judges none: it is bad, whatever its documents are.
    """
    opinions, unknown = _opinions(answers)
    verdicts = {d: VoteCount.of(votes.values()).verdict for d, votes in opinions.items()}
    said = {d: _OF_VERDICT[v] for d, v in verdicts.items() if v in _OF_VERDICT}
    disputed = frozenset(d for d, v in verdicts.items() if v is Majority.TIED)
    implied = dict.fromkeys(_cited_by_good(answers), CITED)
    relevance = {d: r for d, r in (implied | said).items() if d not in disputed}
    return Judgements(relevance=relevance, disputed=disputed, unknown_citations=unknown)


def _cited_by_good(answers: Iterable[RatedAnswer]) -> Iterable[str]:
    good = (rated.answer for rated in answers if rated.verdict is Majority.UP)
    return (citation.document_id for answer in good for citation in answer.citations)


def _opinions(answers: Iterable[RatedAnswer]) -> tuple[dict[str, dict[bytes, bool]], int]:
    """Return what each voter says of each document, and how many ratings are of none.

    Several citations may be of one document: who finds one of them good finds the document good.
    """
    opinions: dict[str, dict[bytes, bool]] = {}
    unknown = 0
    for rated in answers:
        for rating in rated.ratings:
            if rating.marker is None:
                continue
            documents = {c.document_id for c in rated.answer.citations if c.marker == rating.marker}
            unknown += not documents
            for document in documents:
                of_document = opinions.setdefault(document, {})
                of_document[rating.voter] = rating.up or of_document.get(rating.voter, False)
    return opinions, unknown
