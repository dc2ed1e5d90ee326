"""One record that is sent, as data that can be kept in a file and sent again."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ID_HEADER = "fuzz-id"

Header = tuple[str, bytes | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One record.

    `id` names it in this run: its key and its event are made of it where the kind allows, and a
    header carries it, which dead letters and retry topics keep. `kind` says how it was made.
    """

    id: str
    kind: str
    topic: str
    key: bytes | None
    value: bytes | None
    headers: tuple[Header, ...] = ()

    @property
    def sent_headers(self) -> list[Header]:
        """The record's headers, with its id."""
        return [*self.headers, (ID_HEADER, self.id.encode())]

    @property
    def size(self) -> int:
        """Bytes of the record."""
        own = sum(len(name) + len(value or b"") for name, value in self.headers)
        return own + len(self.key or b"") + len(self.value or b"")

    def to_json(self) -> str:
        """Return one line of a file."""
        headers = [[name, _packed(value)] for name, value in self.headers]
        return json.dumps(
            {
                "id": self.id,
                "kind": self.kind,
                "topic": self.topic,
                "key": _packed(self.key),
                "value": _packed(self.value),
                "headers": headers,
            }
        )


def read_cases(path: Path) -> Iterator[Case]:
    """Return the cases of a file.

    Raises:
        ValueError: it is not one that `write_cases` wrote.
    """
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            found: dict[str, Any] = json.loads(line)
            headers = tuple((name, _unpacked(value)) for name, value in found["headers"])
            yield Case(
                id=found["id"],
                kind=found["kind"],
                topic=found["topic"],
                key=_unpacked(found["key"]),
                value=_unpacked(found["value"]),
                headers=headers,
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"{path} has a line that is no record: {error!r}") from error


def write_cases(path: Path, cases: Iterable[Case]) -> None:
    """Write a file that `read_cases` reads, one case a line."""
    path.write_text("".join(f"{case.to_json()}\n" for case in cases), encoding="utf-8")


def _packed(value: bytes | None) -> str | None:
    return None if value is None else b64encode(value).decode()


def _unpacked(text: str | None) -> bytes | None:
    return None if text is None else b64decode(text)
