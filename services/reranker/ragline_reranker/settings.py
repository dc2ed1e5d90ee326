"""Settings of the reranker: `RAGLINE_RERANKER__<NAME>`, `RAGLINE_LLM__<NAME>`."""

from __future__ import annotations

from ragline.model_settings import LlmSettings, RerankerSettings
from ragline.settings import EventSettings, LadderSettings, ServiceSettings


class Settings(ServiceSettings):
    """Everything that the reranker reads from the environment."""

    reranker: RerankerSettings = RerankerSettings()
    llm: LlmSettings = LlmSettings()
    ladder: LadderSettings = LadderSettings()
    events: EventSettings = EventSettings()
