"""Sizes of packages, and the memory of processes."""

from __future__ import annotations

import os
from pathlib import Path

from ragline_evaluation.compare.footprint import (
    Footprint,
    folder_mb,
    installed_mb,
    memory_of_tree_mb,
    peak_memory_mb,
    pinned,
)

LOCK = """\
# a lock
numpy==2.4.6 ; python_full_version < '3.12' \\
    --hash=sha256:00
httpx[http2]==0.28.1 \\
    --hash=sha256:00
"""


def test_a_lock_names_its_packages() -> None:
    assert pinned(LOCK) == {"numpy", "httpx"}


def test_packages_count_where_they_are_installed() -> None:
    assert installed_mb(["numpy"]) > 5.0
    assert installed_mb(["numpy", "no-such-package"]) == installed_mb(["numpy"])


def test_a_folder_counts_its_files_and_no_links(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file").write_bytes(b"x" * 500_000)
    assert folder_mb(tmp_path) == 0.5


def test_this_process_has_memory_and_a_process_that_is_gone_has_none() -> None:
    assert peak_memory_mb(os.getpid()) > 10.0
    assert memory_of_tree_mb(os.getpid()) > 10.0
    assert peak_memory_mb(2**22 + 1) == memory_of_tree_mb(2**22 + 1) == 0.0


def test_memory_is_that_of_all_processes() -> None:
    found = Footprint(memory_mb={"a": 1.0, "b": 2.0}, start_s=1.0, install_mb=1.0)
    assert found.total_memory_mb == 3.0
