"""Feedback on a terminal and as JSON: newest last, nothing in it steers the terminal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console, RenderableType
from tests.unit.cli.feedback.conftest import NOW, YESTERDAY_MS, FakeRecord, answered, given, record

from ragline_cli.feedback.counts import no_counts
from ragline_cli.feedback.export import Exported, ExportRequest
from ragline_cli.feedback.feedback_list import FeedbackFilters, FeedbackList
from ragline_cli.feedback.period import Period, day_of
from ragline_cli.feedback.view import counts_table, listing_table, outcome_text, sums_text


def rendered(view: RenderableType) -> str:
    console = Console(width=240)
    with console.capture() as capture:
        console.print(view)
    return capture.get()


def listed(*records: FakeRecord, limit: int | None = None, **filters: object) -> FeedbackList:
    listing = FeedbackList(FeedbackFilters(period=Period(), **filters), limit)  # type: ignore[arg-type]
    for offset, each in enumerate(records):
        listing.see(replace(each, offset=offset))
    return listing


def test_the_newest_is_last_and_all_are_counted() -> None:
    records = [
        record(given(rating, query_id), timestamp=YESTERDAY_MS - age)
        for age, (rating, query_id) in enumerate([("up", "c"), ("down", "b"), ("up", "a")])
    ]
    listing = listed(*records, FakeRecord(b"{"), limit=2)
    assert [rating.query_id for rating in listing.ratings] == ["b", "c"]
    assert sums_text(listing).splitlines() == [
        "3 ratings: 2 up, 1 down",
        "shown are the newest 2; --limit shows more",
        "1 records that are no feedback",
    ]
    assert listing.to_json()["matched"] == 3


def test_filters_are_about_tenant_and_rating() -> None:
    records = [record(given("up")), record(given("down")), record(given("down", tenant="beta"))]
    assert [r.tenant for r in listed(*records, tenant="acme").ratings] == ["acme", "acme"]
    assert [r.up for r in listed(*records, up=False).ratings] == [False, False]


def test_a_rating_has_its_question_beside_it_or_a_question_mark() -> None:
    listing = listed(record(given(marker=2, reason="wrong page")), record(given(query_id="gone")))
    listing.answers = {("q", "acme"): answered("q")}
    shown = rendered(listing_table(listing))
    for text in ("2026-11-24 12:00:00", "[2]", "procedural", "How is q done?", "wrong page", "?"):
        assert text in shown
    about, lost = listing.to_json()["feedback"]
    assert (about["question"], about["marker"]) == ("How is q done?", 2)
    assert (lost["question"], lost["intent"]) == (None, None)


def test_text_from_users_neither_styles_nor_steers_the_terminal() -> None:
    listing = listed(record(given(reason="[red]\x1b[31m\x9b2J\nsecond line")))
    listing.answers = {("q", "acme"): answered("q", standalone_text="[bold]\x1b]0;title\x07?")}
    shown = rendered(listing_table(listing))
    assert "\x1b" not in shown
    assert "\x9b" not in shown
    assert "[red][31m2J second line" in shown
    assert "[bold]]0;title?" in shown


def test_an_instant_beyond_the_calendar_is_shown_as_its_last() -> None:
    assert "9999-12-31" in rendered(listing_table(listed(record(given(), timestamp=2**62))))


def exported(folder: Path | None, **counts: dict[str, int]) -> Exported:
    found = no_counts()
    for group, changes in counts.items():
        found[group] |= changes
    request = ExportRequest(target=Path("day"), period=day_of("2026-11-24", NOW), tenant="acme")
    return Exported(folder=folder, tenant="acme", request=request, counts=found, others={"beta": 3})


def test_the_summary_says_what_was_counted_and_what_comes_next() -> None:
    done = exported(Path("day"), questions={"judged": 2}, documents={"quoted": 1})
    assert rendered(counts_table(done.counts)).count("\n") == 7  # the heads, and two more
    said = outcome_text(done)
    assert "feedback of tenant acme from 2026-11-24 00:00:00 UTC to before 2026-11-25" in said
    assert "have their cited quotes as text" in said
    assert "ragline eval retrieval --data day --split dev" in said
    assert "nothing for `ragline eval`" in outcome_text(exported(Path("day")))


@pytest.mark.parametrize("part", ["no feedback of tenant acme", "there is feedback of beta (3)"])
def test_without_feedback_it_says_whose_there_is(part: str) -> None:
    assert part in outcome_text(exported(None))
    assert exported(None).to_json()["folder"] is None
