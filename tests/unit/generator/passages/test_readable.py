"""Prose as readers see it: without markup, and with what only looks like markup."""

from __future__ import annotations

import pytest

from ragline_generator.passages.readable import sentence


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("Press <b>Start</b>.", "Press Start."),
        ('A <a href="x.html" target=_blank>link</a>.', "A link."),
        ("One<br/>two.", "Onetwo."),
        ('<Tabs groupId="os" {...props}>On Linux', "On Linux"),
        ('<TabItem value="linux" label={name}>On Linux', "On Linux"),
        ("<SPAN class='x'>Loud</SPAN>", "Loud"),
        ("<script>alert(1)</script>", "alert(1)"),
        ("<own-element onclick=alert(1)>Loud</own-element>", "Loud"),
    ],
)
def test_tags_are_left_out(source: str, shown: str) -> None:
    assert sentence(source) == shown


@pytest.mark.parametrize(
    "text",
    [
        "Run it with -n <node> on each host.",
        "Replace <user name> by yours.",
        "It prints <module 'sys' (built-in)>.",
        "If a < b and c > d, stop.",
        "Write to <ops@example.com>.",
    ],
)
def test_what_only_looks_like_a_tag_is_shown(text: str) -> None:
    assert sentence(text) == text
