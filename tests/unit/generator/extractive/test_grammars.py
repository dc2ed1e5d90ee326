"""Rules of a grammar."""

from __future__ import annotations

import pytest

from ragline_generator.extractive.grammars import is_grammar


@pytest.mark.parametrize(
    "text",
    ['pair ::= name "," name', "shelf ::= box", '["as" name] ("," name)*', '"open" | "shut"'],
)
def test_a_rule_is_a_grammar(text: str) -> None:
    assert is_grammar(text)


@pytest.mark.parametrize(
    "text", ['The box is "open" or "shut".', 'shelf["top"]', 'store("box")', "", "a | b"]
)
def test_a_sentence_or_code_is_none(text: str) -> None:
    assert not is_grammar(text)
