"""The answer's event: nothing in it is longer than it may be, and what was cut is named."""

from __future__ import annotations

from tests.unit.generator.conftest import NOW, make_event

from ragline.contracts.answers import (
    AnswerStatus,
    Claim,
    ClaimSupport,
    Degradation,
    QueryAnswered,
    Validation,
)
from ragline.contracts.bounds import ANSWER_CHARS, CLAIMS, MESSAGE_CHARS, MODEL_CHARS
from ragline_generator.outcome import NO_ANSWER, AnswerOutcome, answered
from ragline_generator.validation.check import Checked
from ragline_generator.writing.languages import packaged


def claim(start: int) -> Claim:
    return Claim(
        text="It is.", start=start, end=start + 6, support=ClaimSupport.SUPPORTED, score=1.0
    )


def checked(text: str, *starts: int) -> Checked:
    claims = [claim(start) for start in starts]
    # as the check makes it, which looks at no bound
    validation = Validation(method="lexical").model_copy(update={"claims": tuple(claims)})
    return Checked(text, validation, ())


def event_of(outcome: AnswerOutcome) -> QueryAnswered:
    event = answered(make_event("Is it?"), outcome, at=NOW)
    return QueryAnswered.model_validate_json(event.to_json())


def test_a_usual_answer_is_told_whole() -> None:
    made = AnswerOutcome(status=AnswerStatus.ANSWERED, checked=checked("It is. It is.", 0, 7))
    event = event_of(made)
    assert event.text == "It is. It is."
    assert event.validation is not None
    assert [each.start for each in event.validation.claims] == [0, 7]
    assert event.degradations == ()


def test_an_answer_that_is_too_long_is_cut_off_with_its_claims() -> None:
    text = "x" * (ANSWER_CHARS + 10)
    made = AnswerOutcome(status=AnswerStatus.ANSWERED, checked=checked(text, 0, ANSWER_CHARS - 3))
    event = event_of(made)
    assert len(event.text) == ANSWER_CHARS
    assert event.validation is not None
    assert [each.start for each in event.validation.claims] == [0]
    assert set(event.degradations) == {Degradation.WHOLE_TEXT, Degradation.CLAIMS}


def test_of_too_many_claims_the_first_are_told() -> None:
    made = AnswerOutcome(
        status=AnswerStatus.ANSWERED, checked=checked("It is. " * 3_000, *range(0, 21_000, 7))
    )
    event = event_of(made)
    assert event.validation is not None
    assert len(event.validation.claims) == CLAIMS
    assert event.degradations == (Degradation.CLAIMS,)


def test_a_models_name_is_shortened() -> None:
    made = AnswerOutcome(status=AnswerStatus.ANSWERED, models={"answer": "m" * 600})
    assert len(event_of(made).models["answer"]) == MODEL_CHARS


def test_a_refusal_that_names_words_of_any_length_can_be_told() -> None:
    words = tuple(letter * 8_000 for letter in "abcde")
    reason = packaged().worded(NO_ANSWER, "en", missing=words)
    assert len(reason.message) == MESSAGE_CHARS
    refused = AnswerOutcome(status=AnswerStatus.REFUSED, reason=reason)
    assert event_of(refused).text == reason.message
