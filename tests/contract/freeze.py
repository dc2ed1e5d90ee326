"""`python -m tests.contract.freeze`: keeps what the release that is being made writes and accepts.

The folder `releases/VERSION` gets its events, its records' headers and its JSON Schemas. It is made
once, when the version in `pyproject.toml` is raised, and never changed afterwards: systems of that
release keep writing and reading so.
"""

from __future__ import annotations

import json
import shutil
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

from ragline.contracts.answers import StageTiming
from ragline.contracts.cloudevents import Envelope, encode_headers
from ragline.contracts.jsonschema import FOLDER as SCHEMAS
from ragline.contracts.jsonschema import event_types
from ragline.contracts.trace_context import TraceContext

GOLDEN = Path(__file__).parent / "golden"
RELEASES = Path(__file__).parent / "releases"
ENVELOPE = Envelope(
    deadline=1_800_000_000_000,
    tenant="acme",
    timings=(StageTiming(stage="classifier", queued=1.0, started=2.5, finished=3.0),),
    trace=TraceContext("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "vendor=x"),
    attempt=2,
    question="5f0c1f1c0d0b4d0f9d7a3f6f2b8e1c4a",
)


def version() -> str:
    """Return the version of the workspace."""
    project = Path(__file__).parents[2] / "pyproject.toml"
    return str(tomllib.loads(project.read_text())["project"]["version"])


def freeze(folder: Path) -> None:
    """Write the folder of a release."""
    folder.mkdir(parents=True)
    shutil.copytree(GOLDEN, folder / "events")
    shutil.copytree(SCHEMAS, folder / "schemas")
    headers: dict[str, dict[str, str]] = {}
    for ce_type, event in event_types().items():
        full = json.loads((GOLDEN / f"{ce_type}.json").read_text())["full"]
        read = event.model_validate_json(json.dumps(full))
        encoded = encode_headers(
            read,
            read.to_json(),
            source="/ragline/release",
            envelope=ENVELOPE,
            time=datetime(2026, 1, 5, 10, 1, tzinfo=UTC),
        )
        headers[ce_type] = {name: value.decode() for name, value in encoded}
    text = json.dumps(headers, indent=2, sort_keys=True) + "\n"
    (folder / "headers.json").write_text(text)


if __name__ == "__main__":
    target = RELEASES / version()
    if target.exists():
        sys.exit(f"{target.name} is frozen already: a release never changes")
    freeze(target)
