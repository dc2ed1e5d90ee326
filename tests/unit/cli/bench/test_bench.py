"""Figures of a load test: from answers' timings, waiting apart from work."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ragline.contracts.answers import AnswerStatus, QueryAnswered, StageTiming
from ragline.contracts.documents import DocumentChanged
from ragline.contracts.queries import QuerySubmitted
from ragline.errors import Misconfigured
from ragline_cli.ask.asker import open_asker
from ragline_cli.bench.corpus import questions_about, questions_of_file, title_of
from ragline_cli.bench.report import BenchReport, Machine, everything, markdown, write
from ragline_cli.bench.run import measure_level, warm_up
from ragline_cli.bench.stats import QUERY_PATH, LevelFigures, Sample, level_figures
from ragline_cli.stack.state import ProcessId

if TYPE_CHECKING:
    from tests.unit.cli.conftest import FakeKafka, Sent

NOW = datetime(2026, 1, 5, tzinfo=UTC)


def answer(
    *, waiting: float, work: float, stages: tuple[str, ...] = QUERY_PATH, name: str = "q"
) -> QueryAnswered:
    timings = []
    at = 1_000.0
    for stage in stages:
        started = at + waiting
        timings.append(
            StageTiming(stage=stage, queued=at, started=started, finished=started + work)
        )
        at = started + work
    return QueryAnswered(
        query_id=name,
        tenant="t",
        status=AnswerStatus.ANSWERED,
        timings=tuple(timings),
        answered_at=NOW,
    )


def figures(*samples: Sample) -> LevelFigures:
    return level_figures(samples, in_flight=2, elapsed_s=2.0)


def test_waiting_and_work_are_apart_for_each_stage() -> None:
    found = figures(*(Sample(answer(waiting=5, work=w), 100) for w in (10, 20, 30)))
    assert [stage.stage for stage in found.stages] == list(QUERY_PATH)
    for stage in found.stages:
        assert stage.messages == 3
        assert stage.per_second == 1.5
        assert stage.waiting.p50 == 5
        assert stage.work.p50 == 20


def test_hops_are_the_waiting_and_beyond_work_is_all_the_rest() -> None:
    found = figures(Sample(answer(waiting=5, work=10), elapsed_ms=75))
    assert found.work.p50 == 40
    assert found.hops.p50 == 20
    assert found.beyond_work.p50 == 35
    assert found.end_to_end.p50 == 75


def test_a_question_that_ended_early_counts_for_the_stages_it_saw() -> None:
    found = figures(Sample(answer(waiting=5, work=10, stages=("classifier",)), 20))
    assert found.stages[0].messages == 1
    assert found.stages[1].messages == 0
    assert found.stages[1].work.p50 is None
    assert found.hops.p50 is None


def test_statuses_are_counted() -> None:
    failed = answer(waiting=1, work=1).model_copy(update={"status": AnswerStatus.FAILED})
    found = figures(Sample(answer(waiting=1, work=1), 9), Sample(failed, 9))
    assert found.statuses == {"answered": 1, "failed": 1}
    assert (found.questions, found.per_second) == (2, 1.0)


@pytest.mark.parametrize("in_flight", [1, 3])
async def test_a_closed_loop_asks_all_and_never_more_at_once(
    fake_kafka: FakeKafka, in_flight: int
) -> None:
    most = waiting = 0

    def respond(sent: Sent) -> list[bytes]:
        nonlocal most, waiting
        waiting += 1
        most = max(most, waiting)
        asyncio.get_running_loop().call_later(0.001, finish, sent.key.decode())
        return []

    def finish(name: str) -> None:
        nonlocal waiting
        waiting -= 1
        fake_kafka.arrive(answer(waiting=1, work=1, name=name).to_json())

    fake_kafka.respond = respond
    answered = 0

    def on_answer() -> None:
        nonlocal answered
        answered += 1

    async with open_asker("k:1") as asker:
        found = await measure_level(
            asker,
            ["a?", "b?"],
            tenant="t",
            in_flight=in_flight,
            count=7,
            timeout=5,
            on_answer=on_answer,
        )
    assert (found.questions, answered, most) == (7, 7, in_flight)
    asked = [QuerySubmitted.model_validate_json(sent.value) for sent in fake_kafka.sent]
    assert [query.text for query in asked] == ["a?", "b?", "a?", "b?", "a?", "b?", "a?"]
    assert len({query.query_id for query in asked}) == 7


async def test_warming_up_asks_only_a_few(fake_kafka: FakeKafka) -> None:
    fake_kafka.respond = lambda sent: [answer(waiting=1, work=1, name=sent.key.decode()).to_json()]
    async with open_asker("k:1") as asker:
        await warm_up(asker, ["a?"] * 100, tenant="t", timeout=5)
    assert len(fake_kafka.sent) == 8


MACHINE = Machine(
    processor="CPU", cores=2, memory_gib=8.0, system="Linux 6", python="3.11", load=0.5
)


def report(*, hops: float) -> BenchReport:
    level = figures(Sample(answer(waiting=hops / 4, work=10), 100 + hops))
    return BenchReport.of((level,), machine=MACHINE, stack="real", tenant="bench")


def test_the_verdict_compares_the_hops_with_their_budget() -> None:
    assert "p50 20.0 ms, within the budget of 40 ms" in report(hops=20).verdict()
    assert "p50 80.0 ms, ABOVE the budget" in report(hops=80).verdict()


def test_without_a_whole_run_there_is_no_verdict() -> None:
    level = figures(Sample(answer(waiting=1, work=1, stages=()), 5))
    found = BenchReport.of((level,), machine=MACHINE, stack="real", tenant="bench")
    assert "nothing to say" in found.verdict()
    assert everything(found).renderables


def test_the_report_is_written_as_json_markdown_and_picture(tmp_path: Path) -> None:
    paths = write(report(hops=20), tmp_path / "reports")
    assert [path.name for path in paths] == ["bench.json", "bench.md", "bench.svg"]
    assert BenchReport.model_validate(json.loads(paths[0].read_text())).stack == "real"
    assert "<svg" in paths[2].read_text()


def test_the_markdown_has_a_row_a_stage() -> None:
    text = markdown(report(hops=20))
    assert "CPU, 2 cores, 8.0 GiB" in text
    for stage in QUERY_PATH:
        (row,) = (line for line in text.splitlines() if line.startswith(f"| {stage}"))
        assert "5.0/5.0/5.0" in row
        assert "10.0/10.0/10.0" in row


def test_this_machine_can_be_described() -> None:
    machine = Machine.here()
    assert machine.cores >= 1
    assert machine.memory_gib > 0


def test_questions_come_from_a_file_one_a_line(tmp_path: Path) -> None:
    path = tmp_path / "questions.txt"
    path.write_text("Why?\n\n  How? \n")
    assert questions_of_file(path) == ["Why?", "How?"]


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xff\xfe\xff"])
def test_a_file_without_questions_is_an_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "questions.txt"
    path.write_bytes(content)
    with pytest.raises(Misconfigured, match="one"):
        questions_of_file(path)


def test_questions_about_titles_have_different_intents() -> None:
    assert questions_about(["keys", "logs", "keys"]) == [
        "What is keys?",
        "How do I use logs?",
        "Where is keys documented?",
    ]


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ({"title": "Keys", "content": "# Other"}, "Keys"),
        ({"content": "\n## Signing keys\n\nText."}, "Signing keys"),
        ({"content": '---\ntitle: "Signing keys"\n---\n# Other'}, "Signing keys"),
        ({"content": "***\nSigning keys\n============"}, "Signing keys"),
        ({"content": ""}, "keys"),
        ({"content": "JVBERi0=", "content_encoding": "base64"}, "keys"),
    ],
)
def test_a_title_is_stated_or_found(fields: dict[str, str], title: str) -> None:
    event = DocumentChanged.model_validate({"document_id": "a/keys.md", "version": 1} | fields)
    assert title_of(event) == title


async def test_the_processor_time_of_a_stack_is_told_for_each_part(fake_kafka: FakeKafka) -> None:
    fake_kafka.respond = lambda sent: [answer(waiting=1, work=1, name=sent.key.decode()).to_json()]
    async with open_asker("k:1") as asker:
        found = await measure_level(
            asker,
            ["a?"],
            tenant="t",
            in_flight=1,
            count=3,
            timeout=5,
            on_answer=lambda: None,
            parts={"itself": ProcessId.own()},
        )
    assert list(found.processor) == ["itself"]
    assert found.processor["itself"] >= 0


def test_the_report_has_a_row_a_part_and_their_sum() -> None:
    level = level_figures(
        [Sample(answer(waiting=1, work=1), 9)],
        in_flight=32,
        elapsed_s=1,
        processor={"retriever": 30.0, "kafka": 12.5},
    )
    resting = {"retriever": 6.0, "kafka": 20.25}
    found = BenchReport.of((level,), at_rest=resting, machine=MACHINE, stack="real", tenant="t")
    text = markdown(found)
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines()]
    assert [row for row in rows if row and row[0] in ("retriever", "kafka", "together")][:2] == [
        ["retriever", "30.0", "6.0"],
        ["kafka", "12.5", "20.2"],
    ]
    assert ["together", "42.5", "26.2"] in rows
    assert ["of it as at rest", "26.2", ""] in rows  # at one question a second
    assert "Processor time" not in markdown(report(hops=20))
