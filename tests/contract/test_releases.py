"""What earlier releases wrote is read, and what is written now is read by earlier releases.

Old and new services run side by side during a rolling upgrade, topics hold events of the release
before, and publishers are upgraded when they like. `tests/contract/freeze.py` says how a release
gets its folder.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.contract.freeze import ENVELOPE, GOLDEN, RELEASES, freeze, version

from ragline.contracts.cloudevents import decode_headers
from ragline.contracts.compatibility import breaking_changes
from ragline.contracts.jsonschema import committed, event_types, schema_of
from ragline.contracts.reading import read_event

EVENTS = event_types()
WRITTEN = [
    pytest.param(folder, path.stem, id=f"{folder.name}-{path.stem}")
    for folder in sorted(RELEASES.iterdir())
    for path in sorted((folder / "events").glob("*.json"))
]


def events_in(folder: Path, ce_type: str) -> dict[str, dict[str, Any]]:
    events: dict[str, dict[str, Any]] = json.loads((folder / f"{ce_type}.json").read_text())
    return events


def lost(old: Any, new: Any, at: str = "") -> list[str]:
    """Return the places in `old` whose value is another in `new`, or not there."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return [place for name in old for place in lost(old[name], new.get(name), f"{at}.{name}")]
    return [] if old == new else [at]


def test_the_present_version_is_frozen() -> None:
    assert (RELEASES / version()).is_dir(), "python -m tests.contract.freeze"


@pytest.mark.parametrize(("release", "ce_type"), WRITTEN)
def test_events_of_every_release_are_read_and_lose_nothing(release: Path, ce_type: str) -> None:
    assert ce_type in EVENTS, "topics still hold such events: keep reading them"
    for written in events_in(release / "events", ce_type).values():
        read = read_event(EVENTS[ce_type], json.dumps(written).encode())
        assert lost(written, json.loads(read.to_json())) == []


@pytest.mark.parametrize(("release", "ce_type"), WRITTEN)
def test_readers_of_every_release_accept_what_is_written_now(release: Path, ce_type: str) -> None:
    theirs = committed(release / "schemas")[ce_type]
    for written in events_in(GOLDEN, ce_type).values():
        now = EVENTS[ce_type].model_validate_json(json.dumps(written)).to_json()
        Draft202012Validator(theirs).validate(json.loads(now))
    assert breaking_changes(theirs, schema_of(EVENTS[ce_type])) == []


@pytest.mark.parametrize(("release", "ce_type"), WRITTEN)
def test_headers_of_every_release_are_read(release: Path, ce_type: str) -> None:
    headers = json.loads((release / "headers.json").read_text())[ce_type]
    read = asdict(decode_headers([(name, value.encode()) for name, value in headers.items()]))
    assert read == asdict(ENVELOPE)


def test_what_would_be_lost_is_named() -> None:
    assert lost({"a": {"b": 1, "c": [1]}}, {"a": {"b": 1, "c": [2], "d": 0}}) == [".a.c"]
    assert lost({"a": 1}, {}) == [".a"]


def test_freezing_keeps_events_schemas_and_headers(tmp_path: Path) -> None:
    freeze(tmp_path / "9.9.9")
    assert {path.name for path in (tmp_path / "9.9.9").iterdir()} == {
        "events",
        "schemas",
        "headers.json",
    }
