"""JSON Schemas of all events: generated from the models, and committed next to them.

JSON Schema 2020-12. Other teams build against the committed files. So a change of a model appears
in review as a change of its file, and an incompatible change is refused (`compatibility.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ragline.contracts.base import Event
from ragline.contracts.compatibility import breaking_changes
from ragline.contracts.topics import TOPICS

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FOLDER = Path(__file__).parent / "schemas"


def event_types() -> dict[str, type[Event]]:
    """Return every event of the topic registry by its CloudEvents type, sorted."""
    events = {topic.event.ce_type: topic.event for topic in TOPICS if topic.event}
    return dict(sorted(events.items()))


def schema_of(event: type[Event]) -> Schema:
    """Return the schema of what a publisher may send: fields with defaults are not required."""
    schema = {
        "$schema": DIALECT,
        "$id": f"urn:ragline:schema:{event.ce_type}",
        **event.model_json_schema(mode="validation"),
    }
    plain: Schema = json.loads(json.dumps(schema))  # tuples in defaults become arrays
    return plain


def schemas() -> dict[str, Schema]:
    """Return the JSON Schema of every event by its CloudEvents type."""
    return {ce_type: schema_of(event) for ce_type, event in event_types().items()}


def render(schema: Schema) -> str:
    """Return the text of a schema file; the same schema gives the same bytes everywhere."""
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def committed(folder: Path = FOLDER) -> dict[str, Schema]:
    """Return the schemas of the files in `folder` by CloudEvents type."""
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("*.json"))
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How the models differ from the committed files, by CloudEvents type.

    `breaking` are changes that would break a publisher or a reader; `stale` are events that differ
    compatibly from their file, or have no file yet; `orphans` are files without a model.
    """

    breaking: Mapping[str, tuple[str, ...]]
    stale: tuple[str, ...]
    orphans: tuple[str, ...]

    @property
    def up_to_date(self) -> bool:
        """Whether models and files say the same."""
        return not (self.breaking or self.stale or self.orphans)


def compare(made: Mapping[str, Schema], files: Mapping[str, Schema]) -> Comparison:
    """Compare the schemas made from the models with those of the files."""
    breaking = {
        ce_type: tuple(changes)
        for ce_type, schema in made.items()
        if ce_type in files and (changes := breaking_changes(files[ce_type], schema))
    }
    stale = (t for t, schema in made.items() if t not in breaking and files.get(t) != schema)
    return Comparison(
        breaking=breaking,
        stale=tuple(stale),
        orphans=tuple(sorted(files.keys() - made.keys())),
    )


def write(ce_types: Iterable[str], folder: Path = FOLDER) -> tuple[Path, ...]:
    """Write the files of `ce_types` and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    made = schemas()
    paths = {folder / f"{ce_type}.json": render(made[ce_type]) for ce_type in ce_types}
    for path, text in paths.items():
        path.write_text(text, encoding="utf-8")
    return tuple(paths)
