"""What the packages of an image, and its model, may take on disk: MB of a million bytes."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distribution

from ragline.contracts.topics import Service

MOST_MB = {
    Service.CLASSIFIER: 250,
    Service.GATEWAY: 250,
    Service.GENERATOR: 250,
    Service.MONITOR: 250,
    Service.INGESTOR: 450,
    Service.RERANKER: 450,
    Service.RETRIEVER: 450,
}
# the embedder of shared/ragline/adapters/models/bundles.toml that images bring
MODEL_MB = 35
EMBEDDING = (Service.INGESTOR, Service.RETRIEVER)


def installed_mb(package: str) -> float:
    """Return the size of a package as it is unpacked here; 0 if it is for other machines."""
    try:
        files = distribution(package).files or ()
    except PackageNotFoundError:
        return 0.0
    return sum(file.size or 0 for file in files if file.suffix != ".pyc") / 1e6
