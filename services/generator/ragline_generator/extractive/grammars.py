"""Rules of a grammar, as reference manuals print them: no sentences, though full of words."""

from __future__ import annotations

import re

_RULE = re.compile(r"\A\s*+[\w-]++\s*+::?=")
# `["as" name] ("," name)*`: literals in quotes between signs of repetition and choice
_PARTS = re.compile(r"\"\s*+\||(?:\||(?<![\w\"'])[\[(])\s*+\"")
_ENDS = (".", "!", "?", ":")


def is_grammar(text: str) -> bool:
    """Tell whether `text` is a rule of a grammar, or a part of one.

    >>> is_grammar('pair ::= name "," name'), is_grammar('A pair has a ",".')
    (True, False)
    """
    if _RULE.match(text):
        return True
    return not text.endswith(_ENDS) and _PARTS.search(text) is not None
