"""The committed JSON Schemas say what the models say, and golden events still parse.

A golden file holds what other systems have already sent. It is never edited to make a test pass:
when one fails, the change is incompatible and needs a new event version.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from ragline.contracts.jsonschema import (
    FOLDER,
    committed,
    compare,
    event_types,
    render,
    schema_of,
    schemas,
)
from ragline.contracts.queries import QueryClassified

EVENTS = event_types()
GOLDEN = Path(__file__).parent / "golden"
EXAMPLES = [
    pytest.param(ce_type, name, id=f"{ce_type}-{name}")
    for ce_type in EVENTS
    for name in ("minimal", "full")
]


def golden(ce_type: str, name: str) -> dict[str, Any]:
    events: dict[str, dict[str, Any]] = json.loads((GOLDEN / f"{ce_type}.json").read_text())
    return events[name]


def test_the_committed_schemas_are_those_of_the_models() -> None:
    comparison = compare(schemas(), committed())
    assert comparison.up_to_date, f"{comparison}: run `ragline schemas check`"


@pytest.mark.parametrize("ce_type", EVENTS)
def test_a_schema_file_is_rendered_the_same_every_time(ce_type: str) -> None:
    text = (FOLDER / f"{ce_type}.json").read_text(encoding="utf-8")
    assert text == render(schema_of(EVENTS[ce_type]))


@pytest.mark.parametrize("ce_type", EVENTS)
def test_a_schema_is_valid_json_schema(ce_type: str) -> None:
    Draft202012Validator.check_schema(schema_of(EVENTS[ce_type]))


def test_every_event_has_a_golden_file_and_no_golden_file_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(EVENTS)


@pytest.mark.parametrize(("ce_type", "name"), EXAMPLES)
def test_a_golden_event_still_parses_and_round_trips(ce_type: str, name: str) -> None:
    event = EVENTS[ce_type].model_validate_json(json.dumps(golden(ce_type, name)))
    assert EVENTS[ce_type].model_validate_json(event.to_json()) == event


@pytest.mark.parametrize("ce_type", EVENTS)
def test_nothing_of_a_full_event_is_lost(ce_type: str) -> None:
    full = golden(ce_type, "full")
    assert json.loads(EVENTS[ce_type].model_validate_json(json.dumps(full)).to_json()) == full


@pytest.mark.parametrize("ce_type", EVENTS)
def test_a_full_event_states_every_field_except_alternatives(ce_type: str) -> None:
    # instead of content, and of candidates or passages
    alternatives = {"content_uri"}
    if ce_type != QueryClassified.ce_type:
        alternatives.add("earlier")
    stated = golden(ce_type, "full").keys()
    assert EVENTS[ce_type].model_fields.keys() - stated <= alternatives


@pytest.mark.parametrize("ce_type", EVENTS)
def test_a_minimal_event_misses_nothing_and_has_nothing_to_spare(ce_type: str) -> None:
    minimal = golden(ce_type, "minimal")
    for name in minimal:
        fewer = {key: value for key, value in minimal.items() if key != name}
        with pytest.raises(ValidationError):
            EVENTS[ce_type].model_validate(fewer)


@pytest.mark.parametrize(("ce_type", "name"), EXAMPLES)
def test_a_golden_event_is_valid_by_its_json_schema(ce_type: str, name: str) -> None:
    Draft202012Validator(schema_of(EVENTS[ce_type])).validate(golden(ce_type, name))


@pytest.mark.parametrize("ce_type", EVENTS)
def test_a_field_of_the_future_is_ignored(ce_type: str) -> None:
    minimal = golden(ce_type, "minimal")
    event = EVENTS[ce_type].model_validate(minimal | {"from_the_future": {"a": 1}})
    assert event == EVENTS[ce_type].model_validate(minimal)


@pytest.mark.parametrize("ce_type", EVENTS)
def test_the_schema_refuses_what_the_model_refuses(ce_type: str) -> None:
    validator = Draft202012Validator(schema_of(EVENTS[ce_type]))
    minimal = golden(ce_type, "minimal")
    for name in schema_of(EVENTS[ce_type])["required"]:
        fewer = {key: value for key, value in minimal.items() if key != name}
        assert not validator.is_valid(fewer)
