"""Models: embedding, cross-encoder, language model."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol


class Embedder(Protocol):
    """Texts to unit vectors of `dimensions` floats.

    Raises:
        Unavailable: the model cannot be reached (remote adapters).
    """

    @property
    def fingerprint(self) -> str:
        """Identity of the vectors: model id, revision, dimensions, normalisation, prefix."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of each vector."""
        ...

    async def embed_documents(self, texts: Sequence[str]) -> list[list[float]]:
        """Embed passages, one vector a text, in order."""
        ...

    async def embed_query(self, text: str) -> list[float]:
        """Embed a question."""
        ...


class EmbeddingCache(Protocol):
    """Remembers vectors by embedding fingerprint and text. A broken cache only costs time."""

    async def get_many(self, fingerprint: str, texts: Sequence[str]) -> list[list[float] | None]:
        """Return the vectors in order of `texts`; None is a miss (also when the cache is down)."""
        ...

    async def put_many(
        self, fingerprint: str, texts: Sequence[str], vectors: Sequence[Sequence[float]]
    ) -> None:
        """Store vectors; failure is counted and swallowed."""
        ...


class CrossEncoder(Protocol):
    """Reads question and passage together and scores their relevance."""

    @property
    def model_id(self) -> str:
        """The model's name, for answers and metrics."""
        ...

    async def score(self, query: str, passages: Sequence[str]) -> list[float]:
        """Return one relevance in [0, 1] a passage, in order."""
        ...


class SecondOpinion(Protocol):
    """Another model's opinion on claims where words leave doubt.

    Raises:
        RaglineError: the model failed; the claim is then judged by its words.
    """

    @property
    def method(self) -> str:
        """How it judges, for answers."""
        ...

    @property
    def asked_until(self) -> float:
        """The share of a claim's words found, in [0, 1], from which its opinion is not needed."""
        ...

    async def supported(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Return for each (evidence, claim) how far one supports the other, in [0, 1].

        From 0.5 on the claim counts as supported.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatMessage:
    """One message to a language model."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """A piece of a streamed completion. The last one names the model and carries token counts.

    `cut_off` tells that the model would have gone on beyond the tokens that it was given.
    `served_as` is what the server calls the model, a dated name often. A call that fails after the
    server has stated its tokens yields them before it raises.
    """

    text: str = ""
    model: str | None = None
    served_as: str | None = None
    cut_off: bool = False
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


# Message of a cancellation that says nothing about the model: a reader does not want its answer
NOT_WANTED = "not wanted any more"


class LanguageModel(Protocol):
    """An OpenAI-compatible language model.

    Raises:
        Unavailable, RateLimited, DeadlineExceeded: trying again can help.
        Misconfigured: wrong key, unknown model.
    """

    @property
    def model_id(self) -> str:
        """The primary model's name."""
        ...

    def stream(
        self,
        messages: Sequence[ChatMessage],
        *,
        max_tokens: int,
        timeout: float,
        stop: Sequence[str] = (),
    ) -> AsyncGenerator[Delta, None]:
        """Stream a completion; closing the generator cancels the request."""
        ...

    async def complete_json(
        self, messages: Sequence[ChatMessage], *, schema: dict[str, Any], timeout: float
    ) -> dict[str, Any]:
        """Return one JSON object that fits `schema`, at temperature 0."""
        ...


class Tokenizer(Protocol):
    """Counts tokens as the language model does."""

    async def counter(self, texts: Collection[str]) -> Callable[[str], int]:
        """Return what counts the tokens of `texts`, of slices of them, and of other texts.

        A remote tokenizer is asked at most once, about `texts`; other texts are estimated, and all
        are when it does not answer. Never fails.
        """
        ...
