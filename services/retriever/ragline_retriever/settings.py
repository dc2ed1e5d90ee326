"""Settings of the retriever: `RAGLINE_VECTOR_STORE__<NAME>` and those of its other groups."""

from __future__ import annotations

from ragline.model_settings import EmbeddingSettings
from ragline.settings import EventSettings, LadderSettings, ServiceSettings, VectorStoreSettings


class Settings(ServiceSettings):
    """Everything that the retriever reads from the environment."""

    vector_store: VectorStoreSettings = VectorStoreSettings()
    embedding: EmbeddingSettings = EmbeddingSettings()
    ladder: LadderSettings = LadderSettings()
    events: EventSettings = EventSettings()
