"""Models: embedding, cross-encoder, language model."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol


class Embedder(Protocol):
    """Turns texts into unit vectors of `dimensions` floats.

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

    def similarity(self, cosine: float) -> float:
        """Return how alike texts are whose vectors have this cosine, in [-1, 1].

        All models share one scale, to which thresholds refer; a greater cosine is never less alike.
        """
        ...

    async def embed_documents(self, texts: Sequence[str]) -> list[list[float]]:
        """Embed passages: one vector per text, in order."""
        ...

    async def embed_query(self, text: str) -> list[float]:
        """Embed a question."""
        ...


class EmbeddingCache(Protocol):
    """Keeps vectors by embedding fingerprint and text. A failed cache only costs time."""

    async def get_many(self, fingerprint: str, texts: Sequence[str]) -> list[list[float] | None]:
        """Return the vectors in order of `texts`; None is a miss (also when the cache is down)."""
        ...

    async def put_many(
        self, fingerprint: str, texts: Sequence[str], vectors: Sequence[Sequence[float]]
    ) -> None:
        """Store vectors; a failure is counted but not raised."""
        ...


class CrossEncoder(Protocol):
    """Reads question and passage together and scores their relevance.

    Raises:
        Unavailable: the model is not there yet, or is shutting down.
    """

    @property
    def model_id(self) -> str:
        """The model's name, for answers and metrics."""
        ...

    async def score(self, query: str, passages: Sequence[str]) -> list[float]:
        """Return one relevance in [0, 1] per passage, in order."""
        ...


class SecondOpinion(Protocol):
    """Another model's opinion on claims for which the word check is not conclusive.

    Raises:
        RaglineError: the model failed; the claim is then judged by its words.
    """

    @property
    def method(self) -> str:
        """The name of its method, as shown in answers."""
        ...

    @property
    def asked_until(self) -> float:
        """If at least this share of a claim's words is found, in [0, 1], it need not be asked."""
        ...

    async def supported(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Return for each (evidence, claim) how far the evidence supports the claim, in [0, 1].

        A claim counts as supported from 0.5 on.
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

    `cut_off` means that the model stopped because its token limit was reached. `served_as` is the
    server's name for the model, often a dated one. A call that fails after the server has reported
    its token counts yields them before it raises.
    """

    text: str = ""
    model: str | None = None
    served_as: str | None = None
    cut_off: bool = False
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


# Message of a cancellation that is not the model's fault: the reader no longer wants the answer
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

    async def write_json(
        self,
        messages: Sequence[ChatMessage],
        *,
        schema: dict[str, Any],
        max_tokens: int,
        timeout: float,
    ) -> Delta:
        """Return text that the server was told to fit to `schema`, whole and as it came.

        For schemas of somebody else: whether it fits is for the caller to see, and no failure.
        """
        ...


class Tokenizer(Protocol):
    """Counts tokens as the language model does."""

    async def counter(self, texts: Collection[str]) -> Callable[[str], int]:
        """Return a function that counts the tokens of `texts`, of their slices, and of other texts.

        A remote tokenizer is called at most once, with `texts`; other texts are estimated. All
        texts are estimated when it does not answer. Never fails.
        """
        ...
