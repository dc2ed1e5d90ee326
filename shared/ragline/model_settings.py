"""Settings groups of the models: embedding, reranking, language model, second opinion."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from ragline.settings import Group, PositiveFloat, PositiveInt

EMBEDDING_MODEL = "e5-small-v2-q"
RERANKER_MODEL = "cross-encoder/ms-marco-MiniLM-L-6-v2"
# Instead of a cross-encoder's name
NO_MODEL = "off"
# Claims and evidence are judged by a limit that was chosen for this model's cosines
OPINION_EMBEDDING_MODEL = "all-minilm-l6-v2-q"
NLI_MODEL = "cross-encoder/nli-deberta-v3-small"
# The reranker's file that any processor runs; there are faster ones for some
RERANKER_ONNX_FILE = "onnx/model.onnx"
# What a hub's branch holds can change at any time; a commit cannot
PINNED_COMMITS = {
    RERANKER_MODEL: "c5ee24cb16019beea0893ab7796b1df96625c6b8",
    NLI_MODEL: "fa2804872c3b4bd748f38c0185cc85775361e735",
}


class EmbeddingSettings(Group):
    """The embedding model. All but those named, and ONNX files, need the extra `torch`."""

    model: str = Field(
        EMBEDDING_MODEL,
        description="`e5-small-v2-q`, `bge-small-en-v1.5-q`, `all-minilm-l6-v2-q` (all 8 bits) or "
        "`bge-small-en-v1.5`; with the extra `multilingual` also `multilingual-e5-small-q4`, for a "
        "hundred languages and much slower; with the extra `torch`, or with `ONNX_FILE`, a hub id "
        "or a folder; with the extra `torch` also `packaged`, all-MiniLM-L6-v2 of its package",
    )
    models_dir: Path | None = Field(
        None,
        description="folder with the named models, which an image or a volume brings; when empty "
        "they are fetched once into the user's cache",
    )
    revision: str | None = Field(
        None, description="revision of a model from a hub; the newest when empty"
    )
    onnx_file: str | None = Field(
        None,
        description="ONNX file of a hub model or folder to run without torch, for example "
        "`onnx/model.onnx`",
    )
    prefix_query: str | None = Field(
        None, description="prefix of each question; when empty the one that a named model needs"
    )
    prefix_document: str | None = Field(
        None, description="prefix of each chunk; when empty the one that a named model needs"
    )
    threads: PositiveInt = Field(1, description="torch or onnxruntime threads")
    workers: PositiveInt = Field(
        1,
        description="copies of the model that embed documents in parallel; one per core if nothing "
        "else runs there",
    )
    batch_size: PositiveInt = Field(
        32,
        description="most texts in a batch, from all requests in flight; onnxruntime reads each "
        "question alone",
    )
    batch_wait_ms: float = Field(
        2.0, ge=0, description="wait for further texts of a batch, on torch"
    )


class RerankerSettings(Group):
    """How passages are put in order a second time, and the cross-encoder, if one takes part."""

    method: Literal["auto", "wording", "cross-encoder", "chain", "off"] = Field(
        "auto",
        description="`wording` (order of words and titles, no model), `cross-encoder`, `chain` "
        "(the cross-encoder reads the best by wording) or `off`; `auto` is `chain` where `MODEL` "
        "is set, else `wording`",
    )
    model: str = Field(
        RERANKER_MODEL, description="the cross-encoder: a model hub id, a folder or `off`"
    )
    revision: str | None = Field(
        None,
        description="revision of a model from a hub; when empty a pinned commit of the default "
        "model, and the newest of any other",
    )
    onnx_file: str | None = Field(
        None,
        description="ONNX file of the model, which then runs without torch; when empty "
        f"`{RERANKER_ONNX_FILE}` of the default model, while others need the extra `torch`. 8-bit "
        "weights are about twice as fast, for example `onnx/model_qint8_avx512_vnni.onnx`",
    )
    second_look: Literal["rules", "llm"] = Field(
        "rules",
        description="who judges whether passages suffice, and what else to look for; `llm` needs a "
        "configured language model",
    )
    llm_timeout_s: PositiveFloat = Field(
        2.0, description="limit of one language model call; also a quarter of the time left"
    )
    threads: PositiveInt = Field(1, description="torch or onnxruntime threads")
    batch_size: PositiveInt = Field(
        32, description="most passages in a batch, from all questions in flight"
    )
    batch_wait_ms: float = Field(2.0, ge=0, description="wait for further passages of a batch")

    @property
    def by_wording(self) -> bool:
        """Whether passages are ordered by their wording."""
        return self.method in {"auto", "wording", "chain"}

    @property
    def by_cross_encoder(self) -> bool:
        """Whether a cross-encoder reads passages."""
        named = self.method == "auto" and "model" in self.model_fields_set
        return self.model != NO_MODEL and (named or self.method in {"cross-encoder", "chain"})

    @property
    def commit(self) -> str | None:
        """The revision to fetch; None is the newest."""
        return self.revision or PINNED_COMMITS.get(self.model)

    @property
    def network_file(self) -> str | None:
        """The ONNX file to run; None means torch."""
        return self.onnx_file or (RERANKER_ONNX_FILE if self.model == RERANKER_MODEL else None)


class LlmSettings(Group):
    """An OpenAI-compatible server; without `base_url` and `api_key`, answers are extractive."""

    base_url: str | None = Field(None, description="https://host/v1; OpenAI's when empty")
    api_key: SecretStr | None = Field(None, description="key of the server, if it needs one")
    model: str = Field("gpt-4o-mini", description="asked first")
    fallback_model: str | None = Field(None, description="asked when the first one fails")
    api: Literal["chat", "completions"] = Field(
        "chat", description="API to use; `completions` for base models without a chat template"
    )
    temperature: float = Field(0.0, ge=0, le=2, description="0 gives the likeliest answer")
    timeout_s: PositiveFloat = Field(30.0, description="limit of one request")
    tokenizer: str = Field(
        "auto",
        description="tiktoken encoding; `auto` chooses by model, `server` asks the server",
    )
    context_tokens: PositiveInt | None = Field(
        None, description="the model's context size in tokens; prompt and answer must fit into it"
    )
    prices_file: str | None = Field(
        None, description="TOML file with prices of models; overrides the packaged prices"
    )

    @property
    def configured(self) -> bool:
        """Whether there is a server to ask."""
        return self.base_url is not None or self.api_key is not None


class OpinionSettings(Group):
    """A model that judges claims for which the word check is not conclusive."""

    kind: Literal["off", "embeddings", "nli"] = Field(
        "off",
        description="`embeddings` compares claim and evidence as vectors (the generator's extra "
        "`models`), `nli` asks an entailment model (its extra `torch`)",
    )
    model: str | None = Field(
        None,
        description="a named embedder, a hub id or a folder; when empty "
        f"`{OPINION_EMBEDDING_MODEL}`, or {NLI_MODEL}",
    )
    models_dir: Path | None = Field(
        None, description="folder with the named embedders, as `RAGLINE_EMBEDDING__MODELS_DIR`"
    )
    revision: str | None = Field(
        None,
        description="revision of a model from a hub; when empty a pinned commit of the default "
        "model, and the newest of any other",
    )
    threads: PositiveInt = Field(1, description="torch or onnxruntime threads")
    batch_size: PositiveInt = Field(
        32, description="most texts in a batch, from all answers in flight"
    )
    batch_wait_ms: float = Field(2.0, ge=0, description="wait for further texts of a batch")

    @property
    def commit(self) -> str | None:
        """The revision to fetch of `nli_model`; None is the newest."""
        return self.revision or PINNED_COMMITS.get(self.nli_model)

    @property
    def nli_model(self) -> str:
        """The entailment model."""
        return self.model or NLI_MODEL
