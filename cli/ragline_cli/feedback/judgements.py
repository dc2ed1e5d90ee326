"""Turns ratings into judgements: which documents are relevant to a question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ragline_cli.feedback.rated_answers import RatedAnswer
from ragline_cli.feedback.votes import Majority, VoteCount

RELEVANT = 2
"""The relevance of a document whose citation is rated up."""
CITED = 1
"""The relevance of a document that an answer rated up cites."""
NOT_RELEVANT = 0

_OF_VERDICT = {Majority.UP: RELEVANT, Majority.DOWN: NOT_RELEVANT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgements:
    """Relevance by document id.

    `disputed` counts documents with as many votes for as against, which are not judged;
    `unknown_citations` counts ratings of citations that the answer does not have.
    """

    relevance: Mapping[str, int]
    disputed: frozenset[str]
    unknown_citations: int


def judge(answers: Sequence[RatedAnswer]) -> Judgements:
    """Judge the documents that the answers to one question cite.

    An answer that is rated down judges no document: a bad answer can cite relevant documents.
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
    """Return each voter's vote on each document, and the number of ratings of unknown citations.

    Several citations may refer to one document: a voter who rates one of them up rates it up.
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
