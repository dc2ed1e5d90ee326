"""Settings of the generator: the common groups, `llm`, and its own."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ragline.settings import (
    Group,
    LadderSettings,
    LlmSettings,
    PositiveFloat,
    PositiveInt,
    ServiceSettings,
)
from ragline_generator import prompts
from ragline_generator.verdicts import Policy

Share = Annotated[float, Field(ge=0, le=1)]


class AnswerSettings(Group):
    """How answers are written and checked."""

    policy: Policy = Field(
        Policy.MARK,
        description="unsupported claims: kept with their verdict, dropped or refused",
    )
    min_support: Share = Field(0.6, description="share of a claim's words that its sources hold")
    min_relevance: Share = Field(0.4, description="below it the question is refused")
    prompt: str = Field(prompts.DEFAULT, description="version of the prompts")
    prompts_dir: str | None = Field(
        None, description="folder with prompts of your own; the packaged ones when empty"
    )
    max_answer_tokens: PositiveInt = Field(512, description="where the question states none")
    history_tokens: PositiveInt = Field(500, description="tokens of earlier turns in the prompt")
    llm_attempts: PositiveInt = Field(2, description="calls of the language model per question")
    llm_least_s: PositiveFloat = Field(2.0, description="with less time left it is not asked")
    reserve_s: PositiveFloat = Field(1.0, description="time kept for checking and publishing")
    cancel_poll_s: PositiveFloat = Field(0.25, description="how often readers may say stop")


class GeneratorSettings(ServiceSettings):
    """Everything that the generator reads from the environment."""

    llm: LlmSettings = LlmSettings()
    generator: AnswerSettings = AnswerSettings()
    ladder: LadderSettings = LadderSettings()
