"""What `ragline status` makes of a readiness probe's answer."""

from __future__ import annotations

import io
import urllib.error
import urllib.request
from email.message import Message
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from ragline.contracts.topics import Service
from ragline_cli.stack import services
from ragline_cli.stack.services import Probed, ServiceProcess, ask_probe
from ragline_cli.stack.status import _mark

if TYPE_CHECKING:
    from tests.unit.cli.stack.conftest import RawServer

URL = "http://127.0.0.1:1/health/ready"


class Answer(io.BytesIO):
    """An HTTP answer."""

    status = 200


@pytest.mark.parametrize(
    ("answer", "expected", "mark"),
    [
        (Answer(b'{"problems": {}}'), Probed(ready=True), "[green]ready[/]"),
        (
            Answer(b'{"problems": {}, "degraded": {"llm:a": "left alone"}}'),
            Probed(ready=True, degraded={"llm:a": "left alone"}),
            "[yellow]degraded[/] llm:a: left alone",
        ),
        (Answer(b"OK"), Probed(ready=True), "[green]ready[/]"),
        (
            urllib.error.HTTPError(
                URL, 503, "", Message(), io.BytesIO(b'{"problems": {"vector_store": "down [x]"}}')
            ),
            Probed(ready=False, problems={"vector_store": "down [x]"}),
            "[red]not ready[/] vector_store: down \\[x]",
        ),
        (
            urllib.error.URLError("refused"),
            Probed(ready=False, problems={"probe": "no answer (refused)"}),
            "[red]not ready[/] probe: no answer (refused)",
        ),
    ],
)
def test_it_says_what_is_wrong_and_what_is_done_without(
    monkeypatch: pytest.MonkeyPatch, answer: Any, expected: Probed, mark: str
) -> None:
    def urlopen(url: str, timeout: float) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)

    found = ask_probe(URL)

    assert found == expected
    shown = {"ready": found.ready, "problems": found.problems, "degraded": found.degraded}
    assert _mark(shown) == mark


LATE_503 = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 99\r\n\r\n"


def test_a_503_whose_body_comes_late_is_no_error_of_ours(
    raw_server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "_PROBE_TIMEOUT_S", 0.1)
    found = ask_probe(raw_server(LATE_503, closes=False))
    assert found == Probed(ready=False, problems={"probe": "no answer (timed out)"})
    assert not ask_probe(raw_server(LATE_503)).ready


@pytest.mark.parametrize(
    ("service", "model", "there", "fetched"),
    [
        (Service.INGESTOR, "bge-small-en-v1.5-q", False, ["bge-small-en-v1.5-q"]),
        (Service.RETRIEVER, "e5-small-v2-q", False, ["e5-small-v2-q"]),
        (Service.RETRIEVER, "e5-small-v2-q", True, []),
        (Service.RETRIEVER, "some/model", False, []),
        (Service.CLASSIFIER, "e5-small-v2-q", False, []),
    ],
)
def test_a_start_fetches_the_embedder_where_one_is_needed(
    service: Service,
    model: str,
    there: bool,
    fetched: list[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    commands: list[str] = []
    monkeypatch.setenv("RAGLINE_EMBEDDING__MODEL", model)
    monkeypatch.setattr("ragline_cli.stack.services.bundles.is_fetched", lambda name, models: there)
    process = ServiceProcess(service, tmp_path, addresses={}, log=tmp_path / "log")
    monkeypatch.setattr(
        process, "_run", lambda command, cancel, *, what: commands.append(command.argv[-1])
    )
    process.prepare(Event())
    assert commands == fetched


def test_a_start_waits_for_what_the_probe_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answers = iter(
        [
            Probed(ready=False, problems={"start": "waiting: Kafka", "store": "away"}),
            Probed(ready=False),
            Probed(ready=True),
        ]
    )
    monkeypatch.setattr(services, "ask_probe", lambda _: next(answers))
    service = ServiceProcess(Service.RETRIEVER, tmp_path, addresses={}, log=tmp_path / "log")
    assert service.lacking() == "waiting: Kafka; away"
    assert service.lacking() == "its probe fails"
    assert service.is_ready()
