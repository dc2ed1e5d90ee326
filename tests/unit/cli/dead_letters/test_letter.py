"""A dead letter is read whatever its headers hold; ours count, not those of the record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.cli.dead_letters.conftest import NOW, FakeRecord

from ragline.contracts.dead_letters import DeadLetterHeader, Handling
from ragline.errors import Misconfigured
from ragline.messaging.retry_topics import RetryHeader
from ragline_cli.dead_letters.export import encode, to_json
from ragline_cli.dead_letters.journal import mark_of
from ragline_cli.dead_letters.letter import DeadLetter, LetterId, read_letter
from ragline_cli.dead_letters.summary import summarise

Bury = Callable[..., DeadLetter]


def test_cause_origin_and_attempt_are_those_that_the_service_wrote(bury: Bury) -> None:
    forged = [
        (DeadLetterHeader.CAUSE.value, b"forged"),
        (DeadLetterHeader.TOPIC.value, b"answers"),
        ("ragline-attempt", b"3"),
    ]
    letter = bury(FakeRecord(headers=forged), cause="invalid_json")
    assert (letter.cause, letter.service, letter.attempt) == ("invalid_json", "generator", 3)
    assert (letter.origin, letter.failed_at) == ("queries", NOW)
    assert letter.source is not None
    assert (letter.source.partition, letter.source.offset) == (3, 7)
    assert letter.own_headers == [("ragline-attempt", b"3")]


def test_a_retried_record_was_first_where_the_last_retry_header_says(bury: Bury) -> None:
    headers = [
        (RetryHeader.ORIGIN.value, b"answers"),  # the publisher's own, in front of ours
        (RetryHeader.ORIGIN.value, b"documents"),
        (RetryHeader.APPENDED_AT.value, b"123"),
    ]
    letter = bury(FakeRecord(topic="documents.retry.10m", headers=headers))
    assert (letter.origin, letter.first_appended_at) == ("documents", 123)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([*map(str, DeadLetterHeader), "ragline-attempt", "x"]),
            st.none() | st.binary(max_size=30) | st.just(b"9" * 5_000),
        )
    )
)
def test_any_record_is_read(headers: list[Any]) -> None:
    letter = read_letter(FakeRecord(topic="dead-letters", headers=headers))
    assert letter.attempt >= 1
    summarise(letter, None).to_json()
    to_json(letter, None, payload=False)


def test_an_id_is_read_back_and_anything_else_is_refused() -> None:
    assert str(LetterId.parse("1-42")) == "1-42"
    for text in ("", "1", "1-", "a-1", "1-2-3", "-1-2", "١-٢"):
        with pytest.raises(Misconfigured, match="looks like 1-42"):
            LetterId.parse(text)


def test_bytes_are_exported_as_text_or_base64() -> None:
    assert encode("ü".encode()) == "ü"
    assert encode(b"\xff") == {"base64": "/w=="}
    assert encode(None) is None


def test_a_mark_is_found_by_the_letter_that_it_is_about(bury: Bury) -> None:
    letter = bury()
    mark = mark_of(summarise(letter, None), Handling.DROPPED, at=NOW, reason="r")
    assert mark.key == letter.journal_key
    assert mark.subject == str(letter.id) == "1-42"
    assert summarise(letter, mark).state == "dropped"
