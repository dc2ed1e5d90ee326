"""Whose record it is, from its key or its headers."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.messaging.tenants import UNKNOWN, tenant_of


def record(topic: str, key: bytes | None = None, *tenants: bytes | None) -> Any:
    return SimpleNamespace(
        topic=topic, key=key, headers=[("ragline-tenant", tenant) for tenant in tenants]
    )


@pytest.mark.parametrize(
    ("found", "tenant"),
    [
        (record("intents", b"q1", b"acme"), "acme"),
        (record("intents", b"acme/q1", b"globex"), "globex"),
        (record("intents", b"q1", b"first", b"last"), "last"),
        (record("documents", b"acme/page/1"), "acme"),
        (record("documents.retry.10s", b"acme/page", b"globex"), "acme"),
        (record("documents", b"page", b"acme"), "acme"),
        (record("documents", b"page"), UNKNOWN),
        (record("documents", None), UNKNOWN),
        (record("intents", b"q1"), UNKNOWN),
        (record("intents", b"q1", None), UNKNOWN),
        (record("intents", b"q1", b"\xff\xfe"), UNKNOWN),
        (record("intents", b"q1", b"a" * 65), UNKNOWN),
        (record("documents", b"a b/page"), UNKNOWN),
    ],
)
def test_the_tenant_of_a_record(found: Any, tenant: str) -> None:
    assert tenant_of(found) == tenant


@given(st.sampled_from(["documents", "intents"]), st.binary(), st.binary())
def test_no_record_is_without_a_line(topic: str, key: bytes, header: bytes) -> None:
    assert len(tenant_of(record(topic, key, header))) <= 64
