"""Automatic numbers come out as Word shows them."""

from __future__ import annotations

from tests.unit.ingestor.parsers.docx.conftest import blocks_of, packed, paragraph, parsed

from ragline_ingestor.document import BlockKind

_LEGAL = [("decimal", "%1."), ("decimal", "%1.%2"), ("decimal", "%1.%2.%3")]
_MIXED = [("decimal", "%1."), ("lowerLetter", "(%2)"), ("lowerRoman", "%3."), ("bullet", "·")]


def _numbering(
    levels: list[tuple[str, str]], *, more: dict[int, str] | None = None, nums: str = ""
) -> str:
    lines = "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{text}"/>{(more or {}).get(at, "")}</w:lvl>'
        for at, (form, text) in enumerate(levels)
    )
    first = '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    return f'<w:abstractNum w:abstractNumId="0">{lines}</w:abstractNum>{first}{nums}'


def _item(text: str, level: int = 0, number_id: int = 1) -> str:
    return paragraph(
        text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number_id}"/></w:numPr>'
    )


def _text(body: str, numbering: str) -> str:
    return parsed(packed(body, parts={"numbering": numbering})).text


def test_clauses_have_the_numbers_of_all_their_levels() -> None:
    levels = (0, 1, 2, 2, 1, 2, 0, 1)
    body = "".join(_item(f"Clause {at}", level) for at, level in enumerate(levels))
    text = _text(body, _numbering(_LEGAL))
    shown = [part.rsplit(" Clause", 1)[0] for part in text.replace("\n\n", "\n").split("\n")]
    assert shown == ["1.", "1.1", "1.1.1", "1.1.2", "1.2", "1.2.1", "2.", "2.1"]


def test_items_are_indented_below_the_ones_they_belong_to() -> None:
    body = _item("Stop") + _item("motor", 1) + _item("pump", 1) + _item("oil", 2) + _item("Go")
    document = parsed(packed(body, parts={"numbering": _numbering(_MIXED)}))
    assert blocks_of(document) == [
        (BlockKind.LIST, "1. Stop\n   (a) motor\n   (b) pump\n       i. oil\n2. Go")
    ]


def test_text_between_steps_does_not_restart_them() -> None:
    body = _item("Stop") + paragraph("Wait until it is cold.") + _item("Drain")
    assert _text(body, _numbering(_MIXED)) == "1. Stop\n\nWait until it is cold.\n\n2. Drain"


def test_an_instance_starts_again_only_where_it_says_so() -> None:
    restarted = (
        '<w:num w:numId="2"><w:abstractNumId w:val="0"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride></w:num>'
        '<w:num w:numId="3"><w:abstractNumId w:val="0"/></w:num>'
    )
    body = _item("a") + _item("b", number_id=3) + _item("c", number_id=2) + _item("d", number_id=2)
    assert _text(body, _numbering(_MIXED, nums=restarted)) == "1. a\n2. b\n5. c\n6. d"


def test_a_level_that_never_restarts_goes_on() -> None:
    body = _item("A") + _item("a", 1) + _item("B") + _item("b", 1)
    going_on = _numbering(_MIXED, more={1: '<w:lvlRestart w:val="0"/>'})
    assert _text(body, going_on) == "1. A\n   (a) a\n2. B\n   (b) b"


def test_legal_levels_show_digits_only() -> None:
    levels = [("upperRoman", "%1."), ("decimal", "%1.%2.")]
    body = _item("A") + _item("a", 1)
    assert _text(body, _numbering(levels, more={1: "<w:isLgl/>"})) == "I. A\n\n1.1. a"


def test_headings_carry_their_number() -> None:
    style = (
        '<w:style w:type="paragraph" w:styleId="H{0}"><w:name w:val="heading {0}"/><w:pPr><w:numPr>'
        '<w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    linked = _numbering(_LEGAL, more={at: f'<w:pStyle w:val="H{at + 1}"/>' for at in range(3)})
    body = "".join(
        paragraph(text, f'<w:pStyle w:val="{style}"/>')
        for text, style in (
            ("Scope", "H1"),
            ("Terms", "H2"),
            ("Price", "H2"),
        )
    )
    parts = {"numbering": linked, "styles": style.format(1) + style.format(2)}
    document = parsed(packed(body, parts=parts))
    assert [(b.level, b.heading) for b in document.blocks] == [
        (1, "1. Scope"),
        (2, "1.1 Terms"),
        (2, "1.2 Price"),
    ]


def test_a_number_can_be_taken_away() -> None:
    assert _text(_item("Stop") + _item("plain", number_id=0), _numbering(_MIXED)) == (
        "1. Stop\n\nplain"
    )
