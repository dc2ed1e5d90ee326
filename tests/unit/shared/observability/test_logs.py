"""A log holds no secrets, and its lines are the service's own."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.observability.logs import configure_logging, printable
from ragline.settings import LogSettings

log = logging.getLogger("ragline.testing.logs")


@pytest.fixture
def written(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[StringIO]:
    """What a service writes to its log, in the format of the test's parameter."""
    output = StringIO()
    monkeypatch.setattr("sys.stdout", output)
    root = logging.getLogger()
    handlers = root.handlers[:]
    configure_logging(LogSettings.model_validate({"format": request.param}), service="ragline-test")
    yield output
    root.handlers[:] = handlers


FORGED = "a.md\n2026-01-01 00:00:00,000 ERROR   ragline: forged\r\x1b[2K\u2028\x85\ud800"


@pytest.mark.parametrize("written", ["text"], indirect=True)
def test_a_line_break_of_a_document_ends_no_line(written: StringIO) -> None:
    log.warning("%s cannot be read", FORGED)

    assert written.getvalue().count("\n") == 1
    assert written.getvalue().endswith("\n")
    assert r"a.md\n2026" in written.getvalue()
    assert r"forged\r\x1b[2K\u2028\x85\ud800 cannot" in written.getvalue()


@pytest.mark.parametrize("written", ["text"], indirect=True)
def test_a_traceback_is_readable_and_makes_up_no_line(written: StringIO) -> None:
    try:
        raise LookupError(FORGED)
    except LookupError:
        log.exception("fault")

    first, *more = written.getvalue().rstrip("\n").split("\n")
    assert "fault" in first
    assert more[0] == "    Traceback (most recent call last):"
    assert all(line.startswith("    ") for line in more)
    assert "\r" not in written.getvalue()


@pytest.mark.parametrize("written", ["text", "json"], indirect=True)
def test_a_secret_leaves_neither_line_nor_traceback(written: StringIO) -> None:
    uri = 'https://ada:hunter2@host/a.pdf?X-Amz-Signature=hunter2"hunter2'
    try:
        raise LookupError(f"{uri} and 'Bearer hunter2hunter2' of key:hr-portal")
    except LookupError:
        log.exception("%s failed", uri, extra={"uri": uri})

    assert "hunter2" not in written.getvalue()
    assert "of key:hr-portal" in written.getvalue()
    assert "https://host/a.pdf?[hidden] failed" in written.getvalue()


@pytest.mark.parametrize("written", ["json"], indirect=True)
def test_a_line_for_machines_is_one_object(written: StringIO) -> None:
    log.warning("%s", FORGED)

    found = json.loads(written.getvalue())
    assert (found["message"], found["service"]) == (FORGED, "ragline-test")


@given(st.text())
def test_whatever_is_logged_is_one_line_of_text(text: str) -> None:
    told = printable(text)

    assert len(told.splitlines()) <= 1
    assert told.encode().decode() == told
