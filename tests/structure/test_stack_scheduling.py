"""Tests that share what takes long to start share a worker, and so do those of one module."""

from __future__ import annotations

import pytest
from tests.stack_scheduling import StackScheduling


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
