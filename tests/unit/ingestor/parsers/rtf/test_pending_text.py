"""Characters that come in pieces are put together, and what stands in for them is left out."""

from __future__ import annotations

from ragline_ingestor.parsers.rtf.pending_text import PendingText


def test_a_character_may_come_in_several_bytes() -> None:
    pending = PendingText()
    assert pending.add_bytes(b"\x83")
    assert pending.add_bytes(b"\x41")
    assert pending.take_bytes("shift_jis") == "ア"
    assert pending.take_bytes("shift_jis") == ""


def test_a_character_may_come_in_two_units_with_something_that_stands_in_for_each() -> None:
    pending = PendingText()
    for unit in (-10179, -8704):  # signed, as the format writes them
        pending.add_unit(unit, stand_in=1)
        assert not pending.add_bytes(b"?")
    assert pending.take_units() == "😀"


def test_only_what_stands_in_is_left_out() -> None:
    pending = PendingText()
    pending.add_unit(0x20AC, stand_in=2)
    assert pending.add_bytes(b"EUR")
    assert pending.take_bytes("ascii") == "R"
    pending.add_unit(0x20AC, stand_in=2)
    pending.expect_no_stand_in()
    assert pending.add_bytes(b"EU")
    assert pending.take_bytes("ascii") == "EU"
