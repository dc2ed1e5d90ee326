"""Settings of the retriever: `RAGLINE_RETRIEVER__<NAME>` and those of its other groups."""

from __future__ import annotations

from pydantic import Field

from ragline.model_settings import EmbeddingSettings
from ragline.settings import (
    EventSettings,
    Group,
    LadderSettings,
    PositiveFloat,
    PositiveInt,
    ServiceSettings,
    VectorStoreSettings,
)


class RetrieverSettings(Group):
    """How questions wait for the document versions that they name (`min_versions`)."""

    version_wait_s: PositiveFloat = Field(
        20.0, description="longest wait of a question, also at most half of its time"
    )
    version_waits: PositiveInt = Field(
        16,
        description="questions of one tenant that may wait at the same time; further ones are "
        "searched at once",
    )
    version_look_s: PositiveFloat = Field(
        0.2, description="between two rounds of looks at the documents that are waited for"
    )
    version_looks: PositiveInt = Field(
        10, description="documents looked at in a round, whoever waits for them"
    )


class Settings(ServiceSettings):
    """Everything that the retriever reads from the environment."""

    vector_store: VectorStoreSettings = VectorStoreSettings()
    embedding: EmbeddingSettings = EmbeddingSettings()
    ladder: LadderSettings = LadderSettings()
    events: EventSettings = EventSettings()
    retriever: RetrieverSettings = RetrieverSettings()
