from datetime import UTC, datetime

from ragline.contracts.answers import (
    AnswerStatus,
    Citation,
    Degradation,
    QueryAnswered,
    StageTiming,
)
from ragline_cli.demo.question import footer, source_line, timing_line


def timing(stage: str, queued: float, started: float, finished: float) -> StageTiming:
    return StageTiming(stage=stage, queued=queued, started=started, finished=finished)


def citation(heading: tuple[str, ...] = ()) -> Citation:
    return Citation(
        marker=1,
        chunk_id="c",
        document_id="python-reference/with",
        version=3,
        title="The with statement",
        heading_path=heading,
        start=10,
        end=25,
        quote="wraps a block",
    )


def test_work_is_shown_apart_from_waiting() -> None:
    line = timing_line((timing("classifier", 0, 4, 6), timing("generator", 8, 10, 60)), 100.0)
    assert line == "classifier 2 · generator 50 · Kafka and waiting 48 · total 100 ms"


def test_an_unsteady_clock_never_shows_negative_waiting() -> None:
    assert "waiting 0 " in timing_line((timing("generator", 0, 0, 60),), 50.0)


def test_a_source_names_document_version_and_characters() -> None:
    line = source_line(citation())
    assert line == "[1] The with statement (python-reference/with v3, characters 10-25)"


def test_a_heading_that_repeats_the_title_is_shown_once() -> None:
    line = source_line(citation(("The with statement", "Examples")))
    assert line.startswith("[1] The with statement > Examples (")


def test_a_document_cannot_steer_the_terminal() -> None:
    steering = citation().model_copy(update={"title": "\x1b[2Jgone"})
    assert "\x1b" not in source_line(steering)


def test_the_footer_says_what_the_pipeline_went_without() -> None:
    answer = QueryAnswered(
        query_id="q",
        status=AnswerStatus.REFUSED,
        text="",
        answered_at=datetime(2026, 1, 1, tzinfo=UTC),
        citations=(citation(),),
        degradations=(Degradation.RERANK,),
    )
    lines = footer(answer, 12.0)
    assert lines[0] == "refused"
    assert lines[1].startswith("[1] ")
    assert lines[-1] == "went without: rerank_skipped"
