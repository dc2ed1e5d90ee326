"""`python -m tests.weaviate_program` builds Weaviate where it is missing, and tells its progress.

`make test` does so first: beside the tests it would take many times as long, and what waits for it
would be taken for a test that hangs.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from threading import Event, Thread

from rich.console import Console

from ragline_cli.errors import StackError
from ragline_cli.stack import weaviate_build

_TOLD_EVERY_S = 20.0


def main() -> None:
    """Build it, unless it is there or there is no Go: the tests that need it say so then."""
    if weaviate_build.installed() or weaviate_build.go() is None:
        return
    console = Console(highlight=False)
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "build.log"
        build = Thread(target=_build, args=(log, console))
        build.start()
        while build.is_alive():
            told = weaviate_build.progress(log)
            console.print(f"Weaviate is missing: {told}", soft_wrap=True)
            build.join(_TOLD_EVERY_S)


def _build(log: Path, console: Console) -> None:
    try:
        weaviate_build.build(log, Event())
    except StackError as error:
        console.print(f"No Weaviate: {error}", markup=False, soft_wrap=True)


if __name__ == "__main__":
    main()
