"""Small chat models for this machine: `chat_models.toml` names them, with their hashes.

They are for the demo, tests and evaluations; no service depends on one.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from pathlib import Path

from ragline.cache_folder import cache_folder
from ragline_cli.errors import StackError

_REVISION_CHARS = 12


class ChatModelSize(StrEnum):
    """The models, by their number of parameters."""

    SMALL = "0.5b"
    LARGE = "1.5b"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPart:
    """A wheel that holds one part of a model's file: its requirement, file name and SHA-256."""

    requirement: str
    wheel: str
    member: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatModel:
    """A chat model in one GGUF file of `size` bytes, made of its parts in order."""

    title: str
    size: int
    sha256: str
    parts: tuple[ModelPart, ...]

    @property
    def path(self) -> Path:
        """Where its file lies, once it has been fetched."""
        return cache_folder() / "models" / f"{self.title}-{self.sha256[:_REVISION_CHARS]}.gguf"


def chat_model(size: ChatModelSize) -> ChatModel:
    """Return what `chat_models.toml` states about a model."""
    stated = tomllib.loads(files(__package__).joinpath("chat_models.toml").read_text("utf-8"))[size]
    return ChatModel(
        title=stated["title"],
        size=stated["bytes"],
        sha256=stated["sha256"],
        parts=tuple(
            _part(f"{stated['package']}{number}", stated["version"], number, sha256)
            for number, sha256 in enumerate(stated["wheels"], start=1)
        ),
    )


def fetched(size: ChatModelSize) -> ChatModel:
    """Return a model whose file is on this machine.

    Raises:
        StackError: it has not been fetched; says how to.
    """
    model = chat_model(size)
    if not model.path.is_file():
        raise StackError(
            f"the language model {model.title} is not on this machine: `make llm MODEL={size}`, or "
            f"`ragline llm --model {size}`, fetches it ({megabytes(model.size)})"
        )
    return model


def megabytes(size: int) -> str:
    """Return a number of bytes for people."""
    return f"{size / 1_000_000:,.0f} MB"


def _part(package: str, version: str, number: int, sha256: str) -> ModelPart:
    module = package.replace("-", "_")
    return ModelPart(
        requirement=f"{package}=={version}",
        wheel=f"{module}-{version}-py3-none-any.whl",
        member=f"{module}/data/part{number:02}.bin",
        sha256=sha256,
    )
