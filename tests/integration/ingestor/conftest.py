"""Kafka, and ingestor processes on it."""

from __future__ import annotations

# fixtures that are used here as they are
from tests.integration.messaging.conftest import cluster, start_worker

__all__ = ["cluster", "start_worker"]
