"""The attacks are what they claim: valid input of one tenant, small where it must be."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from pydantic import ValidationError
from tests.chaos.attacks import ATTACKER, ATTACKS, Attack, Sent, docx

from ragline.contracts.base import Event
from ragline.contracts.topics import BY_NAME, MAX_RECORD_BYTES


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_is_of_one_tenant_and_fits_into_records(attack: Attack) -> None:
    records = list(attack.records("p"))
    assert len({record.key for record in records}) == len(records)
    for record in records:
        assert len(record.value) < MAX_RECORD_BYTES
        assert json.loads(record.value)["tenant"] == ATTACKER


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_is_valid_input_or_refused_for_its_size(attack: Attack) -> None:
    for record in attack.records("p"):
        event = BY_NAME[record.topic].event
        assert event is not None
        assert _problems(event, record) <= {"string_too_long"}


def _problems(event: type[Event], record: Sent) -> set[str]:
    try:
        event.model_validate_json(record.value)
    except ValidationError as error:
        return {each["type"] for each in error.errors()}
    return set()


def test_a_bomb_is_small_on_disk() -> None:
    packed = docx("<w:p/>" * 1_000_000)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.getinfo("word/document.xml").file_size > 100 * len(packed)
