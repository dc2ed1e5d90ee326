"""The judged answers say what the page about answers says of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

QUALITY = Path(__file__).parents[2] / "docs" / "quality"
VERSIONS = ("first", "before", "now")
MARKS = ("right", "readable", "to the point")


@pytest.fixture(scope="module")
def judged() -> list[dict[str, Any]]:
    lines = (QUALITY / "judged-extracts.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_each_version_has_one_answer_to_each_question(judged: list[dict[str, Any]]) -> None:
    assert len(judged) == 60
    for question in judged:
        found = [version for answer in question["answers"] for version in answer["versions"]]
        assert sorted(found) == sorted(VERSIONS), question["question"]


@pytest.mark.parametrize("place", range(len(MARKS)), ids=MARKS)
def test_the_page_has_their_means(judged: list[dict[str, Any]], place: int) -> None:
    means = [
        " → ".join(f"{mean_mark(judged, place, version, held_back):.2f}" for version in VERSIONS)
        for held_back in (False, True)
    ]
    row = f"| {MARKS[place]} | {' | '.join(means)} |"
    assert row in (QUALITY / "answers.md").read_text(encoding="utf-8")


def mean_mark(judged: list[dict[str, Any]], place: int, version: str, held_back: bool) -> float:
    marks: list[int] = [
        answer["marks"][place]
        for question in judged
        if question["held_back"] is held_back
        for answer in question["answers"]
        if version in answer["versions"]
    ]
    assert all(mark in (0, 1, 2) for mark in marks)
    assert len(marks) == 30
    return sum(marks) / len(marks)
