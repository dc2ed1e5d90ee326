"""Settings of the generator: the common groups, `llm`, and its own."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ragline.contracts import bounds
from ragline.contracts.plan import UnsupportedPolicy
from ragline.model_settings import LlmSettings, OpinionSettings
from ragline.settings import Group, LadderSettings, PositiveFloat, PositiveInt, ServiceSettings
from ragline_generator.rules import Rules
from ragline_generator.writing import prompts
from ragline_generator.writing.context_window import ContextWindow
from ragline_generator.writing.writer import WriterLimits

Share = Annotated[float, Field(ge=0, le=1)]
CacheTenant = Annotated[str, Field(pattern=r"^(\*|[A-Za-z0-9_-]{1,64})$")]


class AnswerSettings(Group):
    """How answers are written and checked."""

    policy: UnsupportedPolicy = Field(
        UnsupportedPolicy.MARK,
        description="unsupported claims are kept with their verdict, dropped, or all refused; "
        "a plan's `unsupported` overrides it",
    )
    min_support: Share = Field(0.6, description="share of a claim's words that its sources hold")
    min_relevance: Share = Field(0.42, description="below it the question is refused")
    prompt: str = Field(prompts.DEFAULT, description="version of the prompts")
    prompts_dir: str | None = Field(
        None, description="folder with prompts of your own; the packaged ones when empty"
    )
    max_answer_tokens: Annotated[int, Field(gt=0, le=bounds.ANSWER_TOKENS)] = Field(
        512, description="if the question states none"
    )
    history_tokens: PositiveInt = Field(500, description="tokens of earlier turns in the prompt")
    llm_attempts: PositiveInt = Field(2, description="calls of the language model per question")
    llm_least_s: PositiveFloat = Field(2.0, description="with less time left it is not called")
    reserve_s: PositiveFloat = Field(1.0, description="time kept for checking and publishing")
    cancel_poll_s: PositiveFloat = Field(0.25, description="how often readers may say stop")
    cache_tenants: tuple[CacheTenant, ...] = Field(
        (), description="tenants whose answers are cached, `*` for all; none when empty"
    )
    cache_ttl_s: PositiveInt = Field(86_400, description="how long a cached answer is kept")

    def limits(self, llm: LlmSettings) -> WriterLimits:
        """Return the bounds on what `llm` does."""
        return WriterLimits(
            timeout_s=llm.timeout_s,
            reserve_s=self.reserve_s,
            least_s=self.llm_least_s,
            attempts=self.llm_attempts,
        )

    def rules(self, llm: LlmSettings) -> Rules:
        """Return what makes an answer, where `llm` is asked."""
        return Rules(
            policy=self.policy,
            min_relevance=self.min_relevance,
            max_answer_tokens=self.max_answer_tokens,
            history_tokens=self.history_tokens,
            cancel_poll_s=self.cancel_poll_s,
            worked_example=llm.api == "completions",
            window=ContextWindow(llm.context_tokens),
        )


class GeneratorSettings(ServiceSettings):
    """Everything that the generator reads from the environment."""

    llm: LlmSettings = LlmSettings()
    generator: AnswerSettings = AnswerSettings()
    opinion: OpinionSettings = OpinionSettings()
    ladder: LadderSettings = LadderSettings()
