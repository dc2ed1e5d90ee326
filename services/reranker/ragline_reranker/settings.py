"""Settings of the reranker: `RAGLINE_RERANKER__<NAME>`."""

from __future__ import annotations

from ragline.model_settings import RerankerSettings
from ragline.settings import EventSettings, LadderSettings, ServiceSettings


class Settings(ServiceSettings):
    """Everything that the reranker reads from the environment."""

    reranker: RerankerSettings = RerankerSettings()
    ladder: LadderSettings = LadderSettings()
    events: EventSettings = EventSettings()
