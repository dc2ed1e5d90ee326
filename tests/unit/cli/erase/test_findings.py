"""What the receipt says of what was found before and after."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

from tests.unit.cli.erase.test_log_findings import FakeRecord, event, seen

from ragline.contracts.topics import TOPICS
from ragline.ports.store import StoredDocument
from ragline_cli.erase.findings import Findings, ingestor_place, is_complete, places
from ragline_cli.erase.receipt import KeptPlace
from ragline_cli.erase.redis_traces import Kind

CONFIGS = {topic.name: topic.config for topic in TOPICS}
STORED = StoredDocument(version=3, gone=False, content_hash="x", access_version=-1, access=())
VALUED = FakeRecord("documents", event(version=3), timestamp=1_000)
TOMBSTONE = FakeRecord("documents", None, offset=1)


def look(*records: FakeRecord, stored: bool = False, cached: int = 0) -> Findings:
    return Findings(
        log=seen(*records),
        stored={"base": {"a.md": STORED} if stored else {}, "next": {}},
        keys={Kind.CACHED_ANSWER: cached},
        configs=CONFIGS,
    )


def named(found: tuple[KeptPlace, ...], name: str) -> KeptPlace:
    return next(each for each in found if each.place == name)


def test_a_plan_says_what_there_is_and_removes_nothing() -> None:
    found = places(look(VALUED, stored=True, cached=2), None)
    assert named(found, "topic documents").found == 1
    assert named(found, "store").found == 1
    assert named(found, "redis cached answers").found == 2
    assert {each.removed for each in found} == {0}
    assert {each.remains for each in found} == {None}
    assert is_complete(found)


def test_what_compaction_will_remove_remains_with_a_time_and_is_complete() -> None:
    found = places(look(VALUED, stored=True), look(VALUED, TOMBSTONE))
    log = named(found, "topic documents")
    assert (log.found, log.removed, log.remains) == (1, 0, 1)
    assert log.until is not None
    assert not log.open
    assert named(found, "store").removed == 1
    assert is_complete(found)


def test_a_key_that_still_ends_with_a_value_is_not_complete() -> None:
    found = places(look(VALUED), look(VALUED))
    assert named(found, "topic documents").open
    assert "again" in named(found, "topic documents").why
    assert not is_complete(found)


def test_what_is_left_in_store_or_redis_is_not_complete() -> None:
    assert not is_complete(places(look(stored=True), look(stored=True)))
    assert not is_complete(places(look(cached=1), look(cached=1)))


def test_each_index_is_a_place_of_its_own_also_one_made_meanwhile() -> None:
    before = look(stored=True)
    after = dataclasses.replace(look(), stored={"base": {}, "made": {"a.md": STORED}})
    found = places(before, after)
    told = {each.place: (each.found, each.remains) for each in found if "store" in each.place}
    assert told == {"store": (1, 0), "store next": (0, 0), "store made": (0, 1)}
    assert named(found, "store made").open
    place = ingestor_place("next", has_read=True, at=datetime(2026, 1, 1, tzinfo=UTC))
    assert place.place == "ingestor next"


def test_a_dead_letter_stays_until_its_retention_and_is_not_replayed() -> None:
    letter = FakeRecord("dead-letters", event(version=1), timestamp=1_000)
    found = named(places(look(letter), look(letter)), "topic dead-letters")
    assert found.remains == 1
    assert found.until is not None
    assert found.until.year == 1970
    assert "dropped" in found.why


def test_an_ingestor_that_is_behind_is_not_complete() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    assert not is_complete((ingestor_place("base", has_read=False, at=at),))
    assert is_complete((ingestor_place("base", has_read=True, at=at),))
    assert look().nothing
    assert not look(VALUED).nothing
