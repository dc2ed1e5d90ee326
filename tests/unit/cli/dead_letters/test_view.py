"""Dead letters on a terminal and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

from rich.console import Console, RenderableType
from tests.unit.cli.dead_letters.conftest import NOW, FakeRecord

from ragline_cli.dead_letters.export import to_json
from ragline_cli.dead_letters.letter import DeadLetter, read_letter
from ragline_cli.dead_letters.letter_list import LetterList
from ragline_cli.dead_letters.plan import Planner
from ragline_cli.dead_letters.summary import summarise
from ragline_cli.dead_letters.view import letter_view, listing_table, plan_view, sums_text

Bury = Callable[..., DeadLetter]


def rendered(view: RenderableType) -> str:
    console = Console(width=200)
    with console.capture() as capture:
        console.print(view)
    return capture.get()


def listing_of(*letters: DeadLetter, limit: int | None = None) -> LetterList:
    listing = LetterList(limit)
    for letter in letters:
        listing.add(summarise(letter, None))
    return listing


def test_a_list_has_the_newest_last_and_counts_all(bury: Bury) -> None:
    letters = [
        bury(at=(0, n), cause=cause, failed_at=NOW - timedelta(hours=n))
        for n, cause in enumerate(["invalid_json", "invalid_json", "oversize_output"])
    ]
    listing = listing_of(*letters, limit=2)
    assert [str(summary.id) for summary in listing.summaries] == ["0-1", "0-0"]
    assert sums_text(listing).splitlines() == [
        "3 dead letters: 2 invalid_json, 1 oversize_output",
        "shown are the newest 2; --limit shows more",
    ]
    found = listing.to_json()
    assert (found["matched"], len(found["dead_letters"])) == (3, 2)


def test_text_from_records_neither_styles_nor_steers_the_terminal(bury: Bury) -> None:
    letter = bury(FakeRecord(key=b"[bold]\x1b[31mk\xff", headers=[("h\x1b", b"[red]")]))
    shown = rendered(listing_table(listing_of(letter).summaries, states=True))
    shown += rendered(letter_view(to_json(letter, None, payload=True)))
    planner = Planner({})
    planner.add(letter)
    shown += rendered(plan_view(planner.decide()))
    assert "\x1b" not in shown
    assert "[bold][31mk\\xff" in shown
    assert "[red]" in shown


def test_a_record_of_somebody_else_can_be_shown() -> None:
    letter = read_letter(FakeRecord(topic="dead-letters", key=None, value=None))
    shown = rendered(listing_table(listing_of(letter).summaries, states=False))
    assert "null" in shown
    assert "no stage reads" not in rendered(letter_view(to_json(letter, None, payload=False)))


def test_an_export_is_one_json_object(bury: Bury) -> None:
    letter = bury(FakeRecord(key=b"\xff", value='{"text": "ü"}'.encode()))
    whole = to_json(letter, None, payload=True)
    assert whole["key"] == {"base64": "/w=="}
    assert whole["value"] == '{"text": "ü"}'
    assert json.loads(json.dumps(whole))["headers"][-1] == [
        "ragline-dead-letter-failed-at",
        NOW.isoformat(),
    ]
    redacted = to_json(letter, None, payload=False)
    assert (redacted["redacted"], redacted["value"]) == (True, {"text": "‹1 characters›"})
