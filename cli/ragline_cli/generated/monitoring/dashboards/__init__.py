"""The dashboards: what operators look at, from the whole to the parts."""

from __future__ import annotations

from .answers import ANSWERS
from .documents import DOCUMENTS
from .gateway import GATEWAY
from .health import HEALTH
from .pipeline import PIPELINE

DASHBOARDS = (HEALTH, PIPELINE, DOCUMENTS, ANSWERS, GATEWAY)

__all__ = ["DASHBOARDS"]
