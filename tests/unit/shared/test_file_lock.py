"""Locks between processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from ragline.file_lock import one_at_a_time, opened, taken


def test_who_comes_second_looks_again_until_it_is_free(tmp_path: Path) -> None:
    path = tmp_path / "made" / "lock"
    first = one_at_a_time(path)
    first.__enter__()
    looks: list[float] = []

    def pause(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 3:
            first.__exit__(None, None, None)

    with one_at_a_time(path, pause=pause):
        assert len(looks) == 3


def test_what_the_pause_raises_ends_the_wait(tmp_path: Path) -> None:
    def pause(_seconds: float) -> None:
        raise KeyboardInterrupt

    path = tmp_path / "lock"
    with one_at_a_time(path), pytest.raises(KeyboardInterrupt), one_at_a_time(path, pause=pause):
        pass


def test_a_lock_ends_with_its_file(tmp_path: Path) -> None:
    with opened(tmp_path / "lock") as one, opened(tmp_path / "lock") as other:
        assert taken(one)
        assert not taken(other)
    with opened(tmp_path / "lock") as again:
        assert taken(again)
