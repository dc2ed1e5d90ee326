"""Rights at Redis and PostgreSQL: what an account lacks, and how bad that is."""

from __future__ import annotations

from typing import Any

import pytest

from ragline.adapters.stores.pgvector.rights import Rights
from ragline_cli.doctor.checks.rights import judge_redis, judge_store
from ragline_cli.doctor.diagnosis import Severity


def rights(**different: Any) -> Rights:
    known: dict[str, Any] = {
        "account": "ragline",
        "exists": True,
        "create": True,
        "extended": True,
        "missing": frozenset(),
    }
    return Rights(**known | different)


def test_an_account_that_may_do_everything_is_well() -> None:
    assert list(judge_store(rights(), "Chunks")) == []
    assert list(judge_redis("ragline", [])) == []


@pytest.mark.parametrize(
    ("found", "severity", "told"),
    [
        (rights(missing=frozenset({"INSERT"})), Severity.WARNING, "the ingestor cannot write"),
        (rights(missing=frozenset({"SELECT"})), Severity.ERROR, "nothing is found"),
        (rights(missing=frozenset({"USAGE"})), Severity.ERROR, "nothing is found"),
        (rights(exists=False, create=False), Severity.ERROR, "may not create one"),
        (rights(extended=False), Severity.ERROR, "no extension `vector`"),
    ],
)
def test_what_is_missing_at_postgresql_is_told_with_its_remedy(
    found: Rights, severity: Severity, told: str
) -> None:
    (diagnosis,) = judge_store(found, "Chunks")
    assert diagnosis.severity is severity
    assert told in diagnosis.meaning
    assert diagnosis.remedy.startswith(("GRANT ", "psql "))


def test_no_collection_needs_no_rights_on_its_tables() -> None:
    assert list(judge_store(rights(exists=False), "Chunks")) == []


def test_commands_that_redis_refuses_are_told_with_the_rules_that_allow_them() -> None:
    (diagnosis,) = judge_redis("ragline", ["xadd", "set"])
    assert "refused set, xadd" in diagnosis.meaning
    assert diagnosis.remedy.startswith("redis-cli ACL SETUSER ragline resetkeys ~ragline:*")
