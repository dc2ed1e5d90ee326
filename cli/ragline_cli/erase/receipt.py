"""The receipt of an erasure: what was found where, what was removed, what remains until when."""

from __future__ import annotations

import hashlib
import os
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from ragline.errors import Misconfigured
from ragline_cli.erase.subject import Subject


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class KeptPlace(_Value):
    """One place that keeps something.

    `remains` is null before anything was read back. `until` is when the last of it goes by itself;
    null if nothing remains, or if it stays for good. `why` says why it remains, or what is done.
    """

    place: str
    found: int
    removed: int = 0
    remains: int | None = None
    until: datetime | None = None
    why: str = ""
    partitions: tuple[int, ...] = ()
    open: bool = False
    """Whether what remains should be gone: run the command again."""


class ErasureRun(_Value):
    """One run of the command; `finished_at` is null if it was killed."""

    started_at: datetime
    finished_at: datetime | None = None
    complete: bool = False
    places: tuple[KeptPlace, ...]

    def place(self, name: str) -> KeptPlace:
        """Return the place of that name.

        Raises:
            KeyError: there is none.
        """
        for each in self.places:
            if each.place == name:
                return each
        raise KeyError(name)


class Receipt(_Value):
    """All runs for one subject, the last one at the end. It holds no content, but it names ids."""

    tenant: str
    documents: tuple[str, ...] | None
    runs: tuple[ErasureRun, ...] = ()

    def with_run(self, run: ErasureRun) -> Receipt:
        """Return the receipt with a run, which replaces the one that began at the same time."""
        others = tuple(each for each in self.runs if each.started_at != run.started_at)
        return self.model_copy(update={"runs": (*others, run)})


def receipt_name(subject: Subject) -> str:
    """Return the name of a subject's file: a repetition after a crash finds it again."""
    told = "\0".join(sorted(subject.documents or ()))
    digest = hashlib.blake2b(told.encode(), digest_size=6).hexdigest()
    return f"erasure-{subject.tenant}-{'all' if subject.documents is None else digest}.json"


def read_receipt(path: Path, subject: Subject) -> Receipt:
    """Return the receipt in a file, or a new one.

    Raises:
        Misconfigured: the file is no receipt, or that of something else.
    """
    documents = None if subject.documents is None else tuple(sorted(subject.documents))
    new = Receipt(tenant=subject.tenant, documents=documents)
    try:
        found = Receipt.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return new
    except ValidationError as error:
        raise Misconfigured(f"{path} is no receipt of an erasure; name another file") from error
    if (found.tenant, found.documents) != (new.tenant, new.documents):
        raise Misconfigured(f"{path} is the receipt of another erasure; name another file")
    return found


def write_receipt(path: Path, receipt: Receipt) -> None:
    """Replace the file at once; only its owner may read it."""
    unfinished = path.with_name(path.name + ".new")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as output:
        output.write(receipt.model_dump_json(indent=2) + "\n")
        output.flush()
        os.fsync(output.fileno())
    unfinished.replace(path)
