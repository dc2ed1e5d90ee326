"""What the classifier recognises in a question, and the retrieval plan that the rest obeys."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import (
    Field,
    StringConstraints,
)

from ragline.contracts import bounds
from ragline.contracts.base import Contract, Name


class Intent(StrEnum):
    """What kind of help the question asks for."""

    FACTUAL = "factual"
    NAVIGATIONAL = "navigational"
    PROCEDURAL = "procedural"
    TROUBLESHOOTING = "troubleshooting"


class SearchKind(StrEnum):
    """The three searches that a plan can weigh."""

    VECTOR = "vector"
    KEYWORD = "keyword"
    METADATA = "metadata"


Literals = Annotated[
    tuple[Annotated[str, StringConstraints(max_length=bounds.ENTITY_CHARS)], ...],
    Field(max_length=bounds.ENTITIES),
]


class Entities(Contract):
    """The things that the question names literally."""

    codes: Literals = ()
    versions: Literals = ()
    identifiers: Literals = ()
    quoted: Literals = ()
    dates: Literals = ()

    @property
    def terms(self) -> tuple[str, ...]:
        """All distinct literal terms, grouped by kind, each kind in order of appearance."""
        found = (*self.quoted, *self.codes, *self.identifiers, *self.versions)
        return tuple(dict.fromkeys(found))


class UnsupportedPolicy(StrEnum):
    """What to do with unsupported claims: keep them marked, drop them, or refuse the answer."""

    MARK = "mark"
    DROP = "drop"
    REFUSE = "refuse"


class Plan(Contract):
    """How the rest of the pipeline treats the question.

    `weights` names the searches to run and their weights; `depth` is the number of candidates per
    search, `document_support` how much a candidate's score gains from other candidates of its
    document, `rerank_depth` how many candidates are reranked, `passages` how many are
    passed on, `token_budget` the size of the context in tokens.
    `hops` is how many more looks a question gets whose passages do not hold what it asks.
    `extractive` means that no language model is used; `unsupported` says what to do with claims
    without support (null: as in the generator's settings). `deadline_s` counts from the submission
    and applies to questions whose publisher stated no deadline.
    """

    name: Name
    weights: dict[SearchKind, Annotated[float, Field(ge=0)]]
    fusion: Literal["score", "rrf"] = "score"
    depth: Annotated[int, Field(ge=1, le=500)] = 40
    document_support: Annotated[float, Field(ge=0, le=1)] = 0.0
    candidates: Annotated[int, Field(ge=1, le=200)] = 30
    per_document: Annotated[int, Field(ge=1)] = 4
    rerank_depth: Annotated[int, Field(ge=0, le=200)] = 20
    rerank_weight: Annotated[float, Field(ge=0, le=1)] = 0.7
    passages: Annotated[int, Field(ge=1, le=50)] = 6
    token_budget: Annotated[int, Field(ge=64)] = 1_500
    hops: Annotated[int, Field(ge=0, le=bounds.HOPS)] = 0
    recency_half_life_days: Annotated[float, Field(gt=0)] | None = None
    extractive: bool = False
    unsupported: UnsupportedPolicy | None = None
    deadline_s: Annotated[float, Field(gt=0)] | None = None

    @property
    def searches(self) -> tuple[SearchKind, ...]:
        """The searches with a weight above zero."""
        return tuple(kind for kind, weight in self.weights.items() if weight > 0)

    @property
    def reranks(self) -> bool:
        """Whether candidates are reranked, and that counts."""
        return self.rerank_depth > 0 and self.rerank_weight > 0
