"""Dead letters as JSON: complete, or with a redacted payload."""

from __future__ import annotations

import base64
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from ragline.contracts.dead_letters import DeadLetterHandled
from ragline.settings import KafkaSettings
from ragline_cli.dead_letters.filters import LetterFilters
from ragline_cli.dead_letters.letter import DeadLetter
from ragline_cli.dead_letters.letter_list import open_letters
from ragline_cli.dead_letters.redaction import redact
from ragline_cli.dead_letters.summary import summarise
from ragline_cli.kafka.extent import OnProgress, no_progress


def to_json(letter: DeadLetter, mark: DeadLetterHandled | None, *, payload: bool) -> dict[str, Any]:
    """Return a dead letter as JSON data.

    Key, value and header values are text, `{"base64": …}` if they are not UTF-8, or null. Without
    `payload` the value is redacted and `redacted` is true.
    """
    return {
        **summarise(letter, mark).to_json(),
        "key": encode(letter.key),
        "headers": [[name, encode(value)] for name, value in letter.headers],
        "redacted": not payload,
        "value": encode(letter.value) if payload else redact(letter.value),
    }


def encode(data: bytes | None) -> str | dict[str, str] | None:
    """Return bytes as text, or as base64 if they are not UTF-8."""
    if data is None:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}


async def export_letters(
    kafka: KafkaSettings,
    filters: LetterFilters,
    output: IO[str],
    *,
    payload: bool,
    handled_too: bool = False,
    on_progress: OnProgress = no_progress,
) -> int:
    """Write one JSON line for each dead letter as it is read; return how many.

    Raises as `open_letters`.
    """
    written = 0
    async with open_letters(kafka, filters, on_progress) as (letters, marks):
        async for letter in letters:
            mark = marks.get(letter.journal_key)
            if mark and not handled_too:
                continue
            line = json.dumps(to_json(letter, mark, payload=payload), ensure_ascii=False)
            output.write(line + "\n")
            written += 1
    return written


async def find_letter(
    kafka: KafkaSettings, filters: LetterFilters, *, payload: bool
) -> dict[str, Any] | None:
    """Return the first dead letter that matches `filters` as JSON data, or None.

    Raises as `open_letters`.
    """
    async with open_letters(kafka, filters, no_progress) as (letters, marks):
        async for letter in letters:
            return to_json(letter, marks.get(letter.journal_key), payload=payload)
    return None


@contextmanager
def open_output(target: str) -> Iterator[IO[str]]:
    """Open `-` (standard output) or a new file that only its owner may read.

    Raises:
        FileExistsError: the file exists already.
    """
    if target == "-":
        yield sys.stdout
        return
    descriptor = os.open(Path(target), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="utf-8") as output:
        yield output
