"""Dashboards as data, and as Grafana's JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

SOURCE = {"type": "prometheus", "uid": "${source}"}
COLUMNS = 24  # of Grafana's grid
_HEIGHT = 8
_SCHEMA = 39


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One picture.

    Args:
        title: what it shows.
        queries: PromQL by legend; a legend may hold labels as `{{topic}}`.
        unit: as Grafana names it, for example `s`, `reqps`, `percentunit`, `short`.
        about: how to read it.
        kind: `timeseries`, or `stat` for the present value alone.
        width: in columns.
    """

    title: str
    queries: dict[str, str]
    unit: str = "short"
    about: str = ""
    kind: str = "timeseries"
    width: int = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """Pictures that are looked at together; `name` is that of its file."""

    name: str
    title: str
    about: str
    panels: Sequence[Panel]


def to_json(dashboard: Dashboard) -> str:
    """Return what Grafana's sidecar or its import takes; the data source is chosen there."""
    made = {
        "uid": f"ragline-{dashboard.name}",
        "title": dashboard.title,
        "description": dashboard.about,
        "tags": ["ragline"],
        "schemaVersion": _SCHEMA,
        "editable": False,
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "templating": {"list": [{"name": "source", "type": "datasource", "query": "prometheus"}]},
        "panels": _placed(dashboard.panels),
    }
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def in_rows(panels: Sequence[Panel]) -> list[list[tuple[int, Panel]]]:
    """Return the panels from left to right, in rows, each with its first column."""
    rows: list[list[tuple[int, Panel]]] = [[]]
    x = 0
    for panel in panels:
        if x + panel.width > COLUMNS:
            rows.append([])
            x = 0
        rows[-1].append((x, panel))
        x += panel.width
    return rows


def _placed(panels: Sequence[Panel]) -> list[dict[str, Any]]:
    numbers = count(1)
    return [
        _panel(panel, next(numbers)) | {"gridPos": _place(panel, x, row * _HEIGHT)}
        for row, places in enumerate(in_rows(panels))
        for x, panel in places
    ]


def _place(panel: Panel, x: int, y: int) -> dict[str, int]:
    return {"x": x, "y": y, "w": panel.width, "h": _HEIGHT}


def _panel(panel: Panel, number: int) -> dict[str, Any]:
    targets = [
        {"refId": chr(ord("A") + at), "datasource": SOURCE, "expr": expr, "legendFormat": legend}
        for at, (legend, expr) in enumerate(panel.queries.items())
    ]
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.about,
        "datasource": SOURCE,
        "targets": targets,
        "fieldConfig": {"defaults": {"unit": panel.unit}, "overrides": []},
    }
