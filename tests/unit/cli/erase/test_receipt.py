"""The receipt's file."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ragline.errors import Misconfigured
from ragline_cli.erase.receipt import (
    ErasureRun,
    KeptPlace,
    read_receipt,
    receipt_name,
    write_receipt,
)
from ragline_cli.erase.subject import Subject

AT = datetime(2026, 1, 1, tzinfo=UTC)
ONE = Subject(tenant="acme", documents=frozenset({"a.md"}))


def test_a_run_that_was_killed_stays_beside_the_one_that_ended(tmp_path: Path) -> None:
    path = tmp_path / receipt_name(ONE)
    began = ErasureRun(started_at=AT, places=(KeptPlace(place="store", found=1),))
    write_receipt(path, read_receipt(path, ONE).with_run(began))
    later = ErasureRun(started_at=AT + timedelta(hours=1), places=())
    earlier = read_receipt(path, ONE)
    write_receipt(path, earlier.with_run(later))
    ended = later.model_copy(update={"finished_at": AT, "complete": True})
    write_receipt(path, earlier.with_run(ended))

    found = read_receipt(path, ONE)
    assert found.runs == (began, ended)
    assert found.runs[0].place("store").found == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_a_file_of_something_else_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "receipt.json"
    write_receipt(path, read_receipt(path, ONE))
    with pytest.raises(Misconfigured, match="another erasure"):
        read_receipt(path, Subject(tenant="acme"))
    path.write_text("hello")
    with pytest.raises(Misconfigured, match="no receipt"):
        read_receipt(path, ONE)


def test_subjects_have_files_of_their_own() -> None:
    names = {receipt_name(ONE), receipt_name(Subject(tenant="acme"))}
    names.add(receipt_name(Subject(tenant="acme", documents=frozenset({"b.md"}))))
    assert len(names) == 3
    assert all(name.startswith("erasure-acme-") for name in names)
