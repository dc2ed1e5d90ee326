"""What commands print, on terminals that cannot show every letter, too."""

from __future__ import annotations

import io
import json
import sys

import pytest

from ragline_cli.console import CommandLine, err, out, print_json

TEXT = "Grüße … 資料"


def printed(encoding: str, monkeypatch: pytest.MonkeyPatch, *, as_json: bool) -> str:
    """Return what a command prints on a terminal of this encoding."""
    app = CommandLine()

    @app.command()
    def greet() -> None:
        if as_json:
            print_json({"text": TEXT})
        else:
            out.print(TEXT)
            err.print(TEXT)

    shown = io.BytesIO()
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, io.TextIOWrapper(shown, encoding, write_through=True))
    app([], standalone_mode=False)
    return shown.getvalue().decode(encoding)


@pytest.mark.parametrize(
    ("encoding", "text"),
    [("utf-8", TEXT), ("latin-1", "Grüße ? ??"), ("ascii", "Gr??e ? ??"), ("cp1252", "Grüße … ??")],
)
def test_a_letter_that_the_terminal_lacks_stops_no_command(
    encoding: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert printed(encoding, monkeypatch, as_json=False) == f"{text}\n" * 2


@pytest.mark.parametrize("encoding", ["utf-8", "UTF8", "latin-1", "ascii"])
def test_programs_get_every_letter_in_any_encoding(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert json.loads(printed(encoding, monkeypatch, as_json=True)) == {"text": TEXT}


def test_json_is_readable_where_letters_can_be_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    assert TEXT in printed("utf-8", monkeypatch, as_json=True)
