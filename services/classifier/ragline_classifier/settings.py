"""Settings of the classifier: `RAGLINE_CLASSIFIER__<NAME>`, `RAGLINE_LLM__<NAME>`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from ragline.model_settings import LlmSettings
from ragline.settings import (
    Group,
    KafkaSettings,
    LadderSettings,
    PositiveFloat,
    PositiveInt,
    ServiceSettings,
)


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


class DoorSettings(KafkaSettings):
    """Kafka settings of the classifier, which fetches records early and queues them by tenant."""

    max_in_flight: PositiveInt = Field(
        4_096, description="records taken; most of them wait for their tenant's turn"
    )
    max_ahead: PositiveInt = Field(
        4_096, description="records beyond the oldest unfinished one; bounds repeats after a crash"
    )


class AdmissionSettings(Group):
    """Admission control: how much may wait where, and when a question is shed."""

    concurrency: PositiveInt = Field(32, description="questions classified at the same time")
    max_waiting: PositiveInt = Field(
        2_048, description="questions of one tenant that may wait; beyond it they are shed"
    )
    work_s: PositiveFloat = Field(
        1.0, description="kept of a question's time for the work; with less it is shed"
    )
    target_s: PositiveFloat = Field(
        1.5, description="seconds of work that may wait in the stages behind"
    )
    least_window: PositiveInt = Field(
        64,
        description="questions that may always be under way in the stages behind, for each of "
        "their pods; above the autoscaler's lag per pod, or it would never see an overload",
    )
    poll_s: PositiveFloat = Field(
        0.5, description="between two looks at the lag of those stages while they work"
    )


class Settings(ServiceSettings):
    """Everything that the classifier reads from the environment."""

    classifier: ClassifierSettings = ClassifierSettings()
    llm: LlmSettings = LlmSettings()
    ladder: LadderSettings = LadderSettings()
    kafka: DoorSettings = DoorSettings()
    admission: AdmissionSettings = AdmissionSettings()
