"""Reading BEIR folders: what is right, and what is said about what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ragline.errors import Misconfigured
from ragline_evaluation import dataset, ingesting

DOCUMENTS = [{"_id": "d1", "title": "One", "text": "first"}, {"_id": "d2", "text": "second"}]
QUESTIONS = [
    {"_id": "q1", "text": "which is first?", "metadata": {"answer": "One"}},
    {"_id": "q2", "text": "nobody judged this"},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "corpus.jsonl").write_text("\n".join(map(json.dumps, DOCUMENTS)))
    (tmp_path / "queries.jsonl").write_text("\n".join(map(json.dumps, QUESTIONS)) + "\n\n")
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels/dev.tsv").write_text(
        "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td2\t0\nq9\td1\t0\n"
    )
    return tmp_path


def test_questions_that_the_split_judges_are_read_with_answers(folder: Path) -> None:
    data = dataset.read(folder, split="dev")
    assert [q.id for q in data.questions] == ["q1"]
    assert data.questions[0].answer == "One"
    assert data.judgements == {"q1": {"d1": 2, "d2": 0}}
    assert [d.title for d in data.documents] == ["One", ""]


def test_a_limit_keeps_all_documents(folder: Path) -> None:
    data = dataset.read(folder, split="dev").first(0)
    assert (len(data.questions), len(data.documents)) == (0, 2)


def test_another_split_is_missing_and_the_error_names_those_there_are(folder: Path) -> None:
    with pytest.raises(Misconfigured, match=r"test.tsv is missing \(there are: dev\)"):
        dataset.read(folder, split="test")


@pytest.mark.parametrize(
    ("file", "line", "said"),
    [
        ("queries.jsonl", '{"_id": "q1"}', r"queries.jsonl:1: text Field required"),
        ("corpus.jsonl", "{nope", r"corpus.jsonl:1: .*JSON"),
        ("qrels/dev.tsv", "q1\td1\t1\nq1\td1\tmuch", r"dev.tsv:2: needs query-id"),
    ],
)
def test_a_wrong_line_is_named(folder: Path, file: str, line: str, said: str) -> None:
    (folder / file).write_text(line)
    with pytest.raises(Misconfigured, match=said):
        dataset.read(folder, split="dev")


@pytest.mark.parametrize(
    ("metadata", "media_type"),
    [
        ({"media_type": "text/html"}, "text/html"),
        ({"media_type": None}, None),
        ({"media_type": 7}, "text/plain"),
        ({"url": "x"}, "text/plain"),
        (None, "text/plain"),
        ("any", "text/plain"),
    ],
)
def test_text_is_plain_unless_the_document_says_otherwise(
    metadata: object, media_type: str | None
) -> None:
    row = {"_id": "d", "text": "x", "metadata": metadata}
    document = dataset.Document.model_validate(row)
    assert document.media_type == media_type
    assert ingesting.events_of([document])[0].media_type == media_type
