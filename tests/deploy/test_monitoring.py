"""Alerts and dashboards name what the services measure, and each alert has its runbook."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer import Context
from typer.main import get_command

from ragline.observability.catalogue import CATALOGUE
from ragline.observability.specs import MetricKind
from ragline_cli.generated.monitoring.alerts import Alert, alerts
from ragline_cli.generated.monitoring.dashboards import DASHBOARDS
from ragline_cli.generated.monitoring.panels import Dashboard, to_json
from ragline_cli.generated.settings_table import load_settings, settings_of
from ragline_cli.main import app

SECTIONS = ("What it means", "What users notice", "How to look", "What to do", "How to see")
SPECS = {spec.name: spec for spec in CATALOGUE}
ALERTS = tuple(alerts())
_METRIC = re.compile(r"\bragline_[a-z_]+(?=[{\[) ]|$)")
_GROUPING = re.compile(r"\bby \(([^)]*)\)\s*\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)")
_OF_PROMETHEUS = {"le", "app_kubernetes_io_name", "app_kubernetes_io_part_of"}


def expressions() -> Iterator[tuple[str, str]]:
    """Yield where an expression is, and the expression."""
    for alert in ALERTS:
        yield alert.name, alert.expr
    for board in DASHBOARDS:
        for panel in board.panels:
            for expr in panel.queries.values():
                yield f"{board.name}: {panel.title}", expr


def family(series: str) -> str:
    """Return the metric that a series belongs to."""
    base = re.sub(r"_(bucket|count|sum)$", "", series)
    return base if base in SPECS and SPECS[base].kind is MetricKind.HISTOGRAM else series


@pytest.mark.parametrize(("where", "expr"), tuple(expressions()))
def test_every_metric_that_is_named_is_measured(where: str, expr: str) -> None:
    for series in _METRIC.findall(expr):
        assert family(series) in SPECS, f"{where} names {series}"


@pytest.mark.parametrize(("where", "expr"), tuple(expressions()))
def test_every_label_that_is_grouped_by_is_one_of_the_metric(where: str, expr: str) -> None:
    for found in _GROUPING.finditer(expr):
        wanted = {label.strip() for label in found[1].split(",")} - _OF_PROMETHEUS
        for series in _METRIC.findall(found[0]):
            assert wanted <= set(SPECS[family(series)].labels), f"{where}: {series} by {wanted}"


@pytest.mark.parametrize(("where", "expr"), tuple(expressions()))
def test_counters_are_never_read_as_they_are(where: str, expr: str) -> None:
    for series in re.findall(r"\b(ragline_[a-z_]+)(?:\{[^}]*\})?(?!\{)(?!\[)(?![a-z_])", expr):
        assert SPECS.get(series) is None or SPECS[series].kind is MetricKind.GAUGE, where


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: f"{alert.name}-{alert.severity}")
def test_each_alert_has_a_runbook_that_says_what_to_do(alert: Alert, root: Path) -> None:
    text = (root / "docs/runbooks" / f"{alert.name}.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert text.startswith(f"# {alert.name}\n")
    assert [heading.startswith(begin) for heading, begin in zip(headings, SECTIONS, strict=True)]


@pytest.mark.parametrize("name", sorted({alert.name for alert in ALERTS}))
def test_the_commands_and_settings_of_a_runbook_exist(name: str, root: Path) -> None:
    text = (root / "docs/runbooks" / f"{name}.md").read_text(encoding="utf-8")
    for words in re.findall(r"(?:^    |`)ragline ([a-z -]+[a-z])", text, re.MULTILINE):
        command: Any = get_command(app)
        for word in itertools.takewhile(lambda each: not each.startswith("-"), words.split()):
            if not hasattr(command, "commands"):
                break
            _, command, _ = command.resolve_command(Context(command), [word])  # refuses others
    assert not re.findall(r"^(?:kubectl|ragline|curl) .*", text, re.MULTILINE), "not indented"
    known = {s.env for cls in load_settings().values() for s in settings_of(cls)}
    assert set(re.findall(r"RAGLINE_[A-Z_]+__[A-Z_]+", text)) <= known


def test_no_runbook_is_left_of_an_alert_that_is_gone(root: Path) -> None:
    pages = {path.stem for path in (root / "docs/runbooks").glob("*.md")}
    assert pages - {"README"} == {alert.name for alert in ALERTS}


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda board: board.name)
def test_panels_lie_side_by_side_and_do_not_overlap(dashboard: Dashboard) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in json.loads(to_json(dashboard))["panels"]:
        at = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not cells & taken
        assert max(x for x, _ in cells) < 24
        taken |= cells
