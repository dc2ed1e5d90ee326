"""The commands as a person or a script calls them: output, exit codes, errors."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer import Context
from typer.main import get_command
from typer.testing import CliRunner, Result

from ragline.contracts.answers import AnswerStatus, QueryAnswered
from ragline.contracts.documents import DocumentChanged, DocumentStatus, Outcome
from ragline.contracts.queries import QuerySubmitted
from ragline.contracts.topics import TOPICS
from ragline.errors import RaglineError
from ragline_cli.main import app

if TYPE_CHECKING:
    from tests.unit.cli.conftest import FakeKafka, Sent

NOW = datetime(2026, 1, 5, tzinfo=UTC)
AT = ("--bootstrap", "k:1")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def statuses(sent: Sent) -> Iterator[bytes]:
    event = DocumentChanged.model_validate_json(sent.value)
    yield DocumentStatus(
        tenant=event.tenant,
        document_id=event.document_id,
        version=event.version,
        status=Outcome.FAILED if event.document_id.startswith("bad") else Outcome.INDEXED,
        finished_at=NOW,
    ).to_json()


def test_topics_are_shown_for_people_and_programs() -> None:
    assert "documents.retry.10s" in run("topics", "show").stdout
    described = json.loads(run("topics", "show", "--json").stdout)
    assert [topic["name"] for topic in described] == [topic.name for topic in TOPICS]
    assert described[0]["config"] == TOPICS[0].config


def test_a_schema_is_shown_by_its_type() -> None:
    shown = json.loads(run("schemas", "show", "ragline.query.submitted.v1").stdout)
    assert shown["required"] == ["query_id", "text"]
    assert "ragline.query.answered.v1" in run("schemas", "show").stdout


def test_schemas_that_are_up_to_date_pass_the_check() -> None:
    assert run("schemas", "check").exit_code == 0


@pytest.fixture
def changed_schema(tmp_path: Path) -> Path:
    run("schemas", "write", "--folder", str(tmp_path))
    path = tmp_path / "ragline.feedback.given.v1.json"
    schema = json.loads(path.read_text())
    schema["properties"]["stars"] = {"type": "integer"}
    path.write_text(json.dumps(schema))
    return path


def test_an_incompatible_change_fails_the_check_and_is_named(changed_schema: Path) -> None:
    result = run("schemas", "check", "--folder", str(changed_schema.parent))
    assert result.exit_code == 1
    assert "stars: property was removed" in result.stderr


def test_an_incompatible_change_is_not_written_unless_allowed(changed_schema: Path) -> None:
    folder = str(changed_schema.parent)
    assert run("schemas", "write", "--folder", folder).exit_code == 1
    assert "stars" in changed_schema.read_text()
    assert run("schemas", "write", "--folder", folder, "--allow-breaking").exit_code == 0
    assert run("schemas", "check", "--folder", folder).exit_code == 0


def test_a_missing_schema_file_is_stale_and_gets_written(changed_schema: Path) -> None:
    changed_schema.unlink()
    folder = str(changed_schema.parent)
    result = run("schemas", "check", "--folder", folder)
    assert result.exit_code == 1
    assert "ragline schemas write" in result.stderr
    run("schemas", "write", "--folder", folder)
    assert run("schemas", "check", "--folder", folder).exit_code == 0


def test_ingesting_tells_failures_and_exits_with_1(fake_kafka: FakeKafka, tmp_path: Path) -> None:
    fake_kafka.respond = statuses
    (tmp_path / "a.md").write_text("x")
    (tmp_path / "bad.md").write_text("x")
    result = run("ingest", str(tmp_path), "--tenant", "acme", *AT)
    assert result.exit_code == 1
    assert "1 indexed, 1 failed" in result.stdout
    assert "bad.md" in result.stdout
    assert {sent.key for sent in fake_kafka.sent} == {b"acme/a.md", b"acme/bad.md"}


def test_ingesting_prints_one_json_document(fake_kafka: FakeKafka, tmp_path: Path) -> None:
    fake_kafka.respond = statuses
    (tmp_path / "a.md").write_text("x")
    result = run("ingest", str(tmp_path), "--json", *AT)
    assert result.exit_code == 0
    summary = json.loads(result.stdout)
    assert (summary["documents"], summary["indexed"], summary["failures"]) == (1, 1, [])


def test_ingesting_nothing_is_a_wrong_command_line(tmp_path: Path) -> None:
    result = run("ingest", str(tmp_path / "nothing"), *AT)
    assert result.exit_code == 2
    assert "Invalid value" in result.stderr


ENDINGS = pytest.mark.parametrize(
    ("status", "code"),
    [
        (AnswerStatus.ANSWERED, 0),
        (AnswerStatus.REFUSED, 4),
        (AnswerStatus.FAILED, 5),
        (AnswerStatus.EXPIRED, 5),
    ],
)


def answers(status: AnswerStatus) -> Callable[[Sent], Iterator[bytes]]:
    def respond(sent: Sent) -> Iterator[bytes]:
        asked = QuerySubmitted.model_validate_json(sent.value)
        yield QueryAnswered(
            query_id=asked.query_id,
            tenant=asked.tenant,
            status=status,
            text="Use x.",
            answered_at=NOW,
        ).to_json()

    return respond


@ENDINGS
def test_the_exit_code_tells_how_a_question_ended(
    fake_kafka: FakeKafka, status: AnswerStatus, code: int
) -> None:
    fake_kafka.respond = answers(status)
    result = run("ask", "why?", *AT)
    assert result.exit_code == code
    assert "Use x." in result.stdout


@ENDINGS
def test_programs_get_the_answer_as_one_json_document(
    fake_kafka: FakeKafka, status: AnswerStatus, code: int
) -> None:
    fake_kafka.respond = answers(status)
    result = run("ask", "why?", "--json", *AT)
    assert result.exit_code == code
    answer = json.loads(result.stdout)
    assert (answer["status"], answer["text"]) == (status.value, "Use x.")
    assert answer["elapsed_ms"] >= 0


def test_a_question_carries_tenant_groups_and_filters(fake_kafka: FakeKafka) -> None:
    fake_kafka.respond = answers(AnswerStatus.ANSWERED)
    options = ("--tenant", "acme", "--group", "a", "--group", "b", "--filter", "tag=guide")
    assert run("ask", "why?", *options, "--no-stream", *AT).exit_code == 0
    published = QuerySubmitted.model_validate_json(fake_kafka.sent[0].value)
    assert published.tenant == "acme"
    assert published.principal.groups == ("a", "b")
    assert published.filters.tags == ("guide",)
    assert not published.options.stream


@pytest.mark.parametrize("arguments", [("",), ("why?", "--filter", "x"), ("why?", "--tenant", "/")])
def test_a_question_that_cannot_be_sent_is_a_wrong_command_line(arguments: tuple[str, ...]) -> None:
    assert run("ask", *arguments, *AT).exit_code == 2


def test_without_a_cluster_the_error_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("RAGLINE_KAFKA__BOOTSTRAP_SERVERS", raising=False)
    monkeypatch.setenv("RAGLINE_HOME", str(tmp_path))
    for arguments in (("ask", "why?"), ("ingest", __file__), ("topics", "apply")):
        result = run(*arguments)
        assert isinstance(result.exception, RaglineError)
        assert "ragline up" in str(result.exception)


def splits(command: Any, name: str = "ragline") -> Iterator[tuple[str, Any]]:
    for word in command.list_commands(Context(command)) if hasattr(command, "commands") else ():
        _, found, _ = command.resolve_command(Context(command), [word])
        yield from splits(found, f"{name} {word}")
    for parameter in command.params:
        if parameter.name == "split":
            yield name, parameter.default


def test_judgements_are_read_where_an_export_writes_them() -> None:
    found = dict(splits(get_command(app)))
    assert {"ragline feedback export", "ragline reindex flip"} <= set(found)
    assert set(found.values()) == {"dev"}
