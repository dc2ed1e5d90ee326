"""Who comes with an API key, and what happens while the operator edits the file."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.unit.gateway.access.issuer import Watch

from ragline.api_keys.files import KeyEntry, entry_as_toml
from ragline.api_keys.form import KeyScope, digest_of, make_key
from ragline.errors import Misconfigured
from ragline_gateway.access.caller import Caller
from ragline_gateway.access.keys import Keys
from ragline_gateway.problems import InvalidCredentials

NOW = datetime(2026, 1, 5, tzinfo=UTC)
ONE, OTHER = make_key("one"), make_key("other")


def entry(key: str, key_id: str, **more: object) -> str:
    known = {"id": key_id, "sha256": digest_of(key).hex(), "tenant": "acme", **more}
    return entry_as_toml(KeyEntry.model_validate(known))


def write(path: Path, content: str) -> None:
    path.write_text(content)


def replace(path: Path, content: str) -> None:
    """Put another file in the place of `path`, of the same age."""
    before = path.stat()
    new = path.with_suffix(".new")
    new.write_text(content)
    os.utime(new, ns=(before.st_atime_ns, before.st_mtime_ns))
    new.rename(path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "keys.toml"
    path.write_text(entry(ONE, "one"))
    return path


@pytest.fixture
def keys(path: Path, watch: Watch) -> Keys:
    return Keys(path, clock=lambda: NOW, monotonic=watch)


async def test_a_key_brings_what_its_entry_says(path: Path, watch: Watch) -> None:
    more = {"groups": ["hr"], "user": "ada", "scopes": ["write"], "requests_per_minute": 9}
    write(path, entry(ONE, "one", **more))
    keys = Keys(path, clock=lambda: NOW, monotonic=watch)
    assert await keys.admit(ONE) == Caller(
        subject="key:one",
        tenant="acme",
        user="ada",
        groups=("hr",),
        scopes=frozenset({KeyScope.WRITE}),
        requests_per_minute=9,
    )


@pytest.mark.parametrize(
    "key",
    [OTHER, make_key("one"), ONE[:-1], ONE + "a", "rgl_", "rgl_one_é"],
    ids=["other", "new", "shorter", "longer", "prefix", "accented"],
)
async def test_other_keys_are_refused(keys: Keys, key: str) -> None:
    with pytest.raises(InvalidCredentials, match="do not count") as caught:
        await keys.admit(key)
    assert caught.value.detail == "the API key is not known"


async def test_a_key_is_refused_from_its_end_on(path: Path, watch: Watch) -> None:
    write(path, entry(ONE, "one", expires_at=NOW))
    now = NOW - timedelta(seconds=1)
    keys = Keys(path, clock=lambda: now, monotonic=watch)
    assert await keys.admit(ONE)
    now = NOW
    with pytest.raises(InvalidCredentials) as caught:
        await keys.admit(ONE)
    assert caught.value.detail == "the API key has ended"


async def test_an_edited_file_counts_two_seconds_later(
    keys: Keys, path: Path, watch: Watch
) -> None:
    write(path, entry(OTHER, "other"))
    assert await keys.admit(ONE)
    watch.now += 2
    with pytest.raises(InvalidCredentials):
        await keys.admit(ONE)
    assert (await keys.admit(OTHER)).subject == "key:other"


async def test_another_file_in_its_place_counts_too_whatever_its_age(
    keys: Keys, path: Path, watch: Watch
) -> None:
    replace(path, entry(make_key("one"), "one"))  # as long as the file before
    watch.now += 2
    with pytest.raises(InvalidCredentials):
        await keys.admit(ONE)


@pytest.mark.parametrize(
    "change",
    [
        lambda path: write(path, ""),
        lambda path: write(path, "[[keys"),
        lambda path: write(path, 'keys = [{id = "one"}]'),
        Path.unlink,
    ],
)
async def test_a_broken_file_keeps_the_keys_before_it_and_is_logged_once(
    keys: Keys,
    path: Path,
    watch: Watch,
    caplog: pytest.LogCaptureFixture,
    change: Callable[[Path], None],
) -> None:
    change(path)
    with caplog.at_level(logging.INFO):
        for _ in range(3):
            watch.now += 2
            assert await keys.admit(ONE)
    (record,) = caplog.records
    assert record.levelname == "ERROR"
    assert str(path) in record.getMessage()


async def test_a_file_that_is_put_right_counts(keys: Keys, path: Path, watch: Watch) -> None:
    write(path, "[[keys")
    watch.now += 2
    assert await keys.admit(ONE)
    write(path, "keys = []")
    watch.now += 2
    with pytest.raises(InvalidCredentials):
        await keys.admit(ONE)


def test_a_broken_file_stops_the_start(path: Path, watch: Watch) -> None:
    write(path, entry(ONE, "one") + entry(ONE, "two").replace("acme", "a/b"))
    with pytest.raises(Misconfigured, match=r"keys.toml: \[\[keys\]\] number 2: tenant"):
        Keys(path, clock=lambda: NOW, monotonic=watch)
