"""Sessions that outlive their server are waited for, whatever else ends meanwhile."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from ragline_cli.stack import postgres


class Process:
    """A process of a server whose data is in `folder`."""

    def __init__(self, folder: Path, *title: str) -> None:
        self._folder, self._title = folder, title

    def name(self) -> str:
        return "postgres"

    def cwd(self) -> str:
        return str(self._folder)

    def cmdline(self) -> list[str]:
        return list(self._title)


@pytest.mark.parametrize(
    ("titles", "orphans"),
    [
        ([], False),
        ([()], False),  # it ends while it is looked at
        ([("postgres: postgres db 127.0.0.1(1) idle",)], True),
        ([(), ("postgres: postgres db 127.0.0.1(1) idle",)], True),
        ([("postgres: postgres db 127.0.0.1(1) idle",), ("/usr/bin/postgres", "-D")], False),
    ],
)
def test_only_sessions_without_their_server_are_orphans(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, titles: list[tuple[str, ...]], orphans: bool
) -> None:
    processes = [Process(tmp_path, *title) for title in titles]
    monkeypatch.setattr(psutil, "process_iter", lambda: processes)
    assert postgres._has_orphans(tmp_path) is orphans
