"""The set as it is written: read back with the reader of `ragline eval`, and nothing leaks."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st
from tests.unit.cli.feedback.conftest import (
    answered,
    citation,
    disclosure,
    document,
    judged_answer,
)

from ragline.contracts.answers import (
    AnswerStatus,
    Claim,
    ClaimSupport,
    NearestSource,
    QueryAnswered,
    Validation,
)
from ragline.contracts.documents import Operation
from ragline.errors import Misconfigured
from ragline_cli.feedback.counts import Counts, no_counts
from ragline_cli.feedback.disclosure import Disclosure
from ragline_cli.feedback.evaluation_set import EvaluationSet, build
from ragline_cli.feedback.rated_answers import RatedAnswer
from ragline_cli.feedback.set_files import count_documents, write_set
from ragline_cli.kafka.extent import no_progress
from ragline_evaluation import dataset, ingesting

UP, DOWN = ("up", None, "u"), ("down", None, "u")


def built(answers: list[RatedAnswer], held: Disclosure) -> tuple[EvaluationSet, Counts]:
    counts = no_counts()
    count_documents(held, counts)
    return build(answers, held, counts), counts


def written(folder: Path, answers: list[RatedAnswer], held: Disclosure) -> dataset.Dataset:
    made, _ = built(answers, held)
    write_set(folder, made, held, split="dev", on_progress=no_progress)
    return dataset.read(folder, split="dev")


def test_a_set_is_read_by_the_evaluations_own_reader(tmp_path: Path) -> None:
    answers = [
        judged_answer(answered("q1", "a", "b"), UP, ("down", 2, "u")),
        judged_answer(answered("q2", "b"), DOWN),
    ]
    held = disclosure(*(document(each, title=each.upper()) for each in "abc"))
    data = written(tmp_path, answers, held)
    assert [(d.id, d.title, d.text) for d in data.documents][2] == ("c", "C", "All about c.")
    (question,) = data.questions
    assert (question.id, question.text) == ("q1", "How is q1 done?")
    assert question.answer == "Press F9."
    assert question.metadata["ratings"] == {"up": 1, "down": 0}
    assert {question.metadata[name] for name in ("intent", "plan")} == {"procedural"}
    assert data.judgements == {"q1": {"a": 1, "b": 0}}


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Press F9 [1]. Wait [2][1].", "Press F9. Wait."),
        ("Press F9  [1] [2] .", "Press F9 ."),
        ("Use `a[1]` [1].", "Use `a[1]`."),
        ("```\nx = y[2]\n``` [2]", "```\nx = y[2]\n```"),
        ("Since [1984] and [3].", "Since [1984] and [3]."),
        ("A stray ` tick [1].", "A stray ` tick."),
        ("[1]", None),
    ],
)
def test_markers_go_and_code_and_other_brackets_stay(text: str, plain: str | None) -> None:
    answer = answered("q1", "a", "b").model_copy(update={"text": text})
    made, _ = built([judged_answer(answer, UP)], disclosure(*map(document, "ab")))
    (query,) = made.queries
    assert query["metadata"].get("answer") == plain


IDS = st.text(
    st.characters(codec="utf-8", exclude_characters=[*map(chr, range(32)), "\x7f"]),
    min_size=1,
    max_size=12,
)
TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30).filter(
    lambda text: bool(text.strip())
)


@examples(st.dictionaries(IDS, TEXTS, min_size=1, max_size=4), IDS, TEXTS)
def test_any_ids_and_texts_come_back_as_they_were(
    texts: dict[str, str], query_id: str, question: str
) -> None:
    answer = answered(query_id, *texts, standalone_text=question)
    held = disclosure(*(document(each, content=text) for each, text in texts.items()))
    with TemporaryDirectory() as folder:
        data = written(Path(folder), [judged_answer(answer, UP)], held)
    assert {each.id: each.text for each in data.documents} == texts
    assert data.judgements == {query_id: dict.fromkeys(texts, 1)}
    assert data.questions[0].text == question.strip()


def test_documents_are_evaluated_in_the_format_in_which_they_were_published(tmp_path: Path) -> None:
    uri = document("pdf", content_uri="https://example.com/x.pdf", media_type="application/pdf")
    answer = judged_answer(answered("q", "stated", "pdf"), UP)
    held = disclosure(
        document("stated", media_type="text/html"), document("x.md"), uri, answers=[answer]
    )
    data = written(tmp_path, [answer], held)
    events = {event.document_id: event for event in ingesting.events_of(data.documents)}
    assert events["stated"].media_type == "text/html"
    assert events["x.md"].media_type is None  # the ingestor goes by the name
    assert (events["pdf"].media_type, events["pdf"].content) == ("text/plain", "quote")


def test_quotes_of_an_older_version_are_no_text_of_a_document() -> None:
    binary = document("d", version=2, content="AAAA", content_encoding="base64")
    answer = judged_answer(answered("q", citations=[citation(1, "d", version=1)]), UP)
    made, counts = built([answer], disclosure(binary, answers=[answer]))
    assert made.judgements == {}
    assert counts["judgements"]["textless"] == 1
    assert (counts["documents"]["quoted"], counts["documents"]["textless"]) == (0, 1)


def leaks(made: EvaluationSet) -> str:
    return json.dumps([made.queries, made.judgements, made.rejected])


def unsupported(text: str) -> Validation:
    claim = Claim(text=text, start=0, end=len(text), support=ClaimSupport.UNSUPPORTED, score=0.0)
    return Validation(method="m", claims=(claim,))


@pytest.mark.parametrize("rating", [UP, DOWN])
@pytest.mark.parametrize(
    "answer",
    [
        answered("q", "open", "hidden", text="SECRET [2]"),
        answered("q", "open", text="SECRET", validation=unsupported("SECRET")),
        answered(
            "q",
            status=AnswerStatus.REFUSED,
            text="nearest: SECRET",
            nearest=[NearestSource(document_id="hidden", version=1, score=0.1)],
        ),
    ],
)
def test_what_restricted_documents_say_leaves_only_when_asked(
    rating: tuple[str, None, str], answer: QueryAnswered
) -> None:
    answers = [judged_answer(answer, rating)]
    documents = document("open"), document("hidden")
    kept, counts = built(answers, disclosure(*documents, restricted=["hidden"]))
    assert "SECRET" not in leaks(kept)
    assert "hidden" not in leaks(kept)
    assert counts["documents"] == {"inline": 1, "quoted": 0, "textless": 0, "restricted": 1}
    everything = disclosure(*documents, restricted=["hidden"], include_restricted=True)
    opened, counts = built(answers, everything)
    assert ("SECRET" in leaks(opened)) or answer.status is AnswerStatus.REFUSED
    assert counts["documents"]["inline"] == 2


def test_restricted_quotes_do_not_become_a_document() -> None:
    binary = document("d", content="AAAA", content_encoding="base64")
    answer = judged_answer(answered("q", "d"), UP)
    made, counts = built([answer], disclosure(binary, restricted=["d"], answers=[answer]))
    assert made.judgements == {}
    assert counts["judgements"]["restricted"] == counts["documents"]["restricted"] == 1


def test_a_deleted_document_does_not_come_back_in_an_answer() -> None:
    gone = document("d", version=2, operation=Operation.DELETE)
    answer = judged_answer(answered("q", "d", text="SECRET [1]"), UP)
    made, counts = built([answer], disclosure(gone, answers=[answer]))
    assert "SECRET" not in leaks(made)
    assert (counts["judgements"]["gone"], counts["answers"]["withheld"]) == (1, 1)
    assert counts["documents"]["inline"] == 0


def test_another_good_answer_stands_in_for_one_that_may_not_leave() -> None:
    answers = [
        judged_answer(answered("a", "hidden", standalone_text="Why?"), UP, ("up", None, "v")),
        judged_answer(answered("b", "open", text="Because.", standalone_text="why"), UP),
    ]
    held = disclosure(document("open"), document("hidden"), restricted=["hidden"])
    made, counts = built(answers, held)
    (row,) = made.queries
    assert (row["_id"], row["metadata"]["answer"]) == ("a", "Because.")
    assert row["metadata"]["asked"] == 2
    assert made.judgements == {"a": {"open": 1}}
    assert counts["questions"] == {"asked": 1, "judged": 1, "without_relevant": 0, "merged": 1}


def test_bad_answers_are_for_people_to_read_with_the_reasons() -> None:
    answer = answered("q", "d", text="Press \x1b[31mF8 [1].")
    bad = judged_answer(answer, DOWN, ("down", 1, "v"), ("up", None, "w"), ("down", None, "x"))
    reasons = ["no F8 \x1b]0;x\x07key", "another product", "thanks", None]
    ratings = [
        replace(rating, reason=reason) for rating, reason in zip(bad.ratings, reasons, strict=True)
    ]
    made, counts = built([RatedAnswer(answer=answer, ratings=ratings)], disclosure(document("d")))
    (row,) = made.rejected
    assert row["answer"] == "Press [31mF8 [1]."
    assert row["ratings"] == {"up": 1, "down": 2}
    assert row["documents"] == ["d"]
    assert row["reasons"] == [
        {"marker": None, "reason": "no F8 ]0;xkey"},
        {"marker": 1, "reason": "another product"},
    ]
    assert counts["answers"]["rejected"] == 1


def test_questions_without_a_relevant_document_are_asked_but_not_judged(tmp_path: Path) -> None:
    answers = [judged_answer(answered("q", "d"), DOWN, ("down", 1, "u"))]
    made, counts = built(answers, disclosure(document("d")))
    assert [row["_id"] for row in made.queries] == ["q"]
    assert made.judgements == {}
    assert counts["questions"]["without_relevant"] == 1
    with pytest.raises(Misconfigured, match="no question"):
        written(tmp_path, answers, disclosure(document("d")))
