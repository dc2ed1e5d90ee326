"""The validator's verdicts, counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from ragline.contracts.queries import Passage
from ragline_evaluation.validation import plot
from ragline_evaluation.validation.claim_cases import ClaimCase, Making
from ragline_evaluation.validation.measure import JudgedCase, judge_all
from ragline_evaluation.validation.report import ValidationReport, markdown, report
from ragline_generator.validation.verdicts import Validator

TEXT = "Cats sleep for 16 hours a day. Dogs sleep for 12 hours a day."
PASSAGE = Passage(
    chunk_id="c", document_id="d", version=1, ordinal=0, text=TEXT, start=0, end=61, score=1.0
)
CLAIMS = {
    "Cats sleep for 16 hours a day.": Making.VERBATIM,
    "Felines slumber a lot.": Making.REWORDED,
    "Cats sleep for 17 hours a day.": Making.NUMBER,
    "Cats do not sleep for 16 hours a day.": Making.NEGATION,
    "Day and hours sleep.": Making.FOREIGN,
}


async def judged() -> list[JudgedCase]:
    cases = [ClaimCase(making=m, claim=claim, cited=(PASSAGE,)) for claim, m in CLAIMS.items()]
    return await judge_all(Validator(min_support=0.6), cases, lambda _: None)


async def made() -> ValidationReport:
    return report("d", await judged(), method="m")


async def test_precision_and_recall_are_those_of_unsupported_claims() -> None:
    found = (await made()).detection

    # called so: reworded (wrongly), number and negation; missed: foreign, whose words are there
    assert found.precision == pytest.approx(2 / 3)
    assert found.recall == pytest.approx(2 / 3)
    assert found.f1 == pytest.approx(2 / 3)


async def test_each_making_has_its_share_and_reasons() -> None:
    by_making = (await made()).by_making

    assert by_making["other number"] == (1, 1.0, {"number": 1})
    assert by_making["verbatim"] == (1, 0.0, {})


async def test_a_lower_threshold_calls_fewer_claims_unsupported() -> None:
    curve = (await made()).curve
    precisions = [each.precision for each in curve.values()]

    assert precisions[0] >= precisions[-1]
    assert all(each.recall >= 2 / 3 for each in curve.values())


async def test_the_report_reads_as_text_and_picture(tmp_path: Path) -> None:
    found = await made()
    plot.draw([found], tmp_path / "report.svg")

    assert "| other number | 1 | 1.000 | number 1 |" in markdown(found)
    assert (tmp_path / "report.svg").read_text().lstrip().startswith("<?xml")
    assert found.as_dict()["claims"] == 5
