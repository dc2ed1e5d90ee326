"""The sentence that answers comes first, and what is beside the point is left out."""

from __future__ import annotations

from tests.unit.generator.conftest import count_words, make_passage

from ragline.contracts.plan import Intent
from ragline.contracts.queries import Passage
from ragline_generator.extractive.draft import compose
from ragline_generator.passages.ranking import rank


def answer(question: str, *passages: Passage, intent: Intent = Intent.FACTUAL) -> str:
    ranked = rank(question, passages)
    return compose(question, intent, passages, ranked, max_tokens=500, count=count_words).text


def test_a_definition_stands_alone() -> None:
    page = make_passage(
        "The hopper of the press was painted. A hopper is a box that feeds the press. "
        "Every hopper has a number. Visitors may look at the hopper of the press."
    )

    assert answer("What is a hopper?", page) == "A hopper is a box that feeds the press. [1]"


def test_a_definition_behind_the_best_passages_is_found() -> None:
    others = [
        make_passage(f"Hall {n} has a hopper beside its door.", chunk=f"c{n}") for n in range(8)
    ]
    page = make_passage("A hopper is a box that feeds the press.", chunk="last")

    assert answer("What is a hopper?", *others, page).startswith("A hopper is a box")


def test_a_difference_is_told_by_what_each_is() -> None:
    page = make_passage(
        "Hopper and feeder differ in price. A hopper is a box that feeds the press. "
        "A feeder is a belt. The feeder and the hopper are cleaned at night."
    )

    assert answer("What is the difference between a hopper and a feeder?", page) == (
        "A hopper is a box that feeds the press. [1]\n\nA feeder is a belt. [2]"
    )


def test_an_instruction_leads_whatever_the_order_of_the_passages() -> None:
    effect = make_passage("Cleaning the hopper stops the press for an hour.", chunk="a")
    advice = make_passage("To clean the hopper, pull the lever.", chunk="b")

    text = answer("How do I clean the hopper?", effect, advice, intent=Intent.PROCEDURAL)

    assert text.startswith("To clean the hopper, pull the lever.")


def test_when_is_answered_by_a_condition() -> None:
    page = make_passage(
        "The hopper lamp flashes in red colours. The hopper lamp flashes once the box is empty."
    )

    assert answer("When does the hopper lamp flash?", page).startswith(
        "The hopper lamp flashes once the box is empty."
    )


def test_an_effect_is_told_behind_its_condition() -> None:
    page = make_passage(
        "The hopper runs empty because of a press fault. When the hopper runs empty, it stops."
    )

    assert answer("What happens when the hopper runs empty?", page).startswith(
        "When the hopper runs empty"
    )


def test_an_item_comes_with_the_line_that_introduces_it() -> None:
    page = make_passage("The press stops for these reasons:\n\n- the hopper is empty\n- a jam")

    assert answer("Which empty hopper?", page) == (
        "The press stops for these reasons:\n\n- the hopper is empty [1]"
    )


def test_a_log_does_not_answer_for_the_rule() -> None:
    page = make_passage(
        "Only the foreman may open the hopper. When a guest tries to open the hopper, it logs:\n\n"
        "```\n2031-04-01 12:00:00 [error] guest tried to open the hopper\n```"
    )

    assert answer("Who may open the hopper?", page).startswith("Only the foreman may open")


def test_a_description_comes_with_its_signature() -> None:
    page = make_passage(
        "hopper.fill(box)\n\nPut the content of the box in, and return its weight.\n\n"
        "hopper.drain()\n\nLet everything out at once."
    )

    assert answer("What does hopper.fill return?", page) == (
        "`hopper.fill(box)` [1]:\n\nPut the content of the box in, and return its weight. [1]"
    )


def test_a_session_of_an_interpreter_is_code() -> None:
    page = make_passage("The hopper can be weighed:\n\n>>> weigh(hopper)\n12\n\nIt is heavy.")

    assert answer("How do I weigh the hopper?", page, intent=Intent.PROCEDURAL) == (
        "The hopper can be weighed [1]:\n\n```\n>>> weigh(hopper)\n12\n```"
    )


def test_a_rule_of_a_grammar_is_no_answer() -> None:
    page = make_passage(
        'hopper ::= "hopper" name\n\nA hopper is written with its name.', title="Syntax"
    )

    assert "::=" not in answer("How is a hopper written with a name?", page)


def test_an_instruction_whose_example_is_in_the_next_chunk_ends_as_a_sentence() -> None:
    page = make_passage(
        "The hopper was weighed in spring. "
        "To weigh the hopper, put it on the large scale, and read the number from the dial:"
    )

    assert answer("How do I weigh the hopper?", page, intent=Intent.PROCEDURAL) == (
        "To weigh the hopper, put it on the large scale, and read the number from the dial [1]."
    )


def test_a_sentence_that_points_back_to_another_subject_does_not_define() -> None:
    page = make_passage(
        "The foreman checks the machines at night. It is the hopper lamp that he looks at first. "
        "The hopper lamp shows the weight of the box."
    )

    assert answer("What does the hopper lamp do?", page) == (
        "The hopper lamp shows the weight of the box. [1]"
    )
