"""Settings of the classifier: `RAGLINE_CLASSIFIER__<NAME>`, `RAGLINE_LLM__<NAME>`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from ragline.settings import Group, LlmSettings, PositiveFloat, ServiceSettings


class ClassifierSettings(Group):
    """How questions are understood; `llm` needs a configured language model."""

    intent_model: Literal["local", "llm"] = Field("local", description="who tells the intent")
    rewriter: Literal["heuristic", "llm"] = Field(
        "heuristic", description="who makes follow-up questions standalone"
    )
    llm_timeout_s: PositiveFloat = Field(
        2.0, description="limit of one language model call; also a quarter of the time left"
    )
    plans_file: Path | None = Field(None, description="plans.toml; the packaged one when empty")
    profile: str | None = Field(None, description="profile in the plans file; its own when empty")


class Settings(ServiceSettings):
    """Everything that the classifier reads from the environment."""

    classifier: ClassifierSettings = ClassifierSettings()
    llm: LlmSettings = LlmSettings()
