"""Writes the files of a report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def write_data(folder: Path, data: dict[str, Any]) -> Path:
    """Write `report.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "report.json"
    path.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def write_text(folder: Path, text: str) -> Path:
    """Write `report.md`."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "report.md"
    path.write_text(text, encoding="utf-8")
    return path
