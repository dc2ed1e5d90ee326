"""Tests that share what takes long to start share a worker, and so do those of one module."""

from __future__ import annotations

import pytest
from tests.stack_scheduling import StackScheduling
from tests.structure.modules import ROOT

_PACKAGE_SCOPE = 'scope="package"'


@pytest.mark.parametrize(
    ("test", "scope"),
    [
        ("tests/unit/a/test_b.py::test_c", "tests/unit/a/test_b.py"),
        ("tests/unit/a/test_b.py::TestC::test_d[tests/e2e]", "tests/unit/a/test_b.py"),
        ("tests/e2e/test_hops.py::test_a[pgvector]", "tests/e2e"),
        ("tests/e2e/test_docs.py::test_each_page_is_named_in_the_readme", "tests/e2e"),
        ("tests/e2e/test_hops.py::test_a[weaviate-x::y]", "tests/e2e:weaviate"),
    ],
)
def test_what_shares_a_stack_shares_a_worker(test: str, scope: str) -> None:
    scheduling = StackScheduling.__new__(StackScheduling)

    assert scheduling._split_scope(test) == scope


def test_what_a_folder_starts_ends_with_it() -> None:
    """To pytest a folder is a package if it says so; else such a fixture lasts to the end."""
    holders = [
        path.parent
        for path in (ROOT / "tests").rglob("conftest.py")
        if _PACKAGE_SCOPE in path.read_text(encoding="utf-8")
    ]

    assert holders
    assert [folder for folder in holders if not (folder / "__init__.py").exists()] == []
