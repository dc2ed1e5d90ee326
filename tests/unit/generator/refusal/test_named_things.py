"""Numbered things that a question names."""

from __future__ import annotations

from tests.unit.generator.conftest import make_passage

from ragline_generator.refusal.named_things import named_thing

RULES = make_passage(
    "Rule 1\n\nThe gate is shut.\n\nRule 2\n\nGoats stay out.", document_id="garden-rules.pdf"
)


def test_the_file_name_says_which_document_is_meant() -> None:
    found = named_thing("What does rule 2 of the garden say?", [RULES])

    assert found.certain
    assert found.scope.among is not None
    assert len(found.scope.among[0]) == 2


def test_another_document_is_not_meant() -> None:
    assert not named_thing("What does rule 2 of the tennis club say?", [RULES]).certain


def test_one_that_is_not_there_is_absent() -> None:
    assert named_thing("What does rule 9 of the garden say?", [RULES]).absent


def test_a_file_name_counts_as_it_was_typed() -> None:
    corrected = "What does rule 2 of the burden say?"

    assert not named_thing(corrected, [RULES]).certain
    assert named_thing(corrected, [RULES], typed="What does rule 2 of the garden say?").certain
