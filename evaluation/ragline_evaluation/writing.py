"""Writes the files of a report."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any


def write_report(
    folder: Path, data: dict[str, Any], text: str, draw: Callable[[Path], None] | None = None
) -> list[Path]:
    """Write `report.json`, `report.md` and, where it can be drawn, `report.svg`."""
    folder.mkdir(parents=True, exist_ok=True)
    figures, words, picture = (folder / f"report.{kind}" for kind in ("json", "md", "svg"))
    figures.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    words.write_text(text, encoding="utf-8")
    if draw is None:
        return [figures, words]
    draw(picture)
    return [figures, words, picture]
