"""What `ragline status` makes of a readiness probe's answer."""

from __future__ import annotations

import io
import urllib.error
import urllib.request
from email.message import Message
from typing import Any

import pytest

from ragline_cli.stack.services import Probed, ask_probe
from ragline_cli.stack.status import _mark

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
            Probed(ready=False, problems={"probe": "<urlopen error refused>"}),
            "[red]not ready[/] probe: <urlopen error refused>",
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
