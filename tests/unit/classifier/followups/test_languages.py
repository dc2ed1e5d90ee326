from __future__ import annotations

import pytest

from ragline_classifier.followups import english, french, german, spanish
from ragline_classifier.followups.languages import rules_of
from ragline_classifier.followups.rules import FollowUpRules


@pytest.mark.parametrize(
    ("text", "previous", "rules"),
    [
        ("Where is the form?", "", english.RULES),
        ("und im Winter?", "Where is the form?", german.RULES),
        ("Et au frigo ?", "Where is the form?", french.RULES),
        ("no, el otro", "Where is the form?", spanish.RULES),
        # no word shows the language: that of the question before
        ("in Linux?", "Wie installiere ich das unter macOS?", german.RULES),
        ("Linux?", "Comment installer le client ?", french.RULES),
        ("Linux?", "", english.RULES),
    ],
)
def test_the_words_show_the_language(text: str, previous: str, rules: FollowUpRules) -> None:
    assert rules_of(text, previous) is rules
