"""Local models through sentence-transformers: torch is imported when a model is opened."""

from ragline.adapters.models.cross_encoder import open_cross_encoder
from ragline.adapters.models.embedder import open_embedder
from ragline.adapters.models.opinions import open_opinion

__all__ = ["open_cross_encoder", "open_embedder", "open_opinion"]
