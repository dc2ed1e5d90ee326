"""Local models on onnxruntime, and on torch where the extra `torch` is installed."""

from ragline.adapters.models.cross_encoder import open_cross_encoder
from ragline.adapters.models.embedder import import_runtime, open_embedder
from ragline.adapters.models.opinions import open_opinion

__all__ = ["import_runtime", "open_cross_encoder", "open_embedder", "open_opinion"]
