"""Signers of tokens, and a clock."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.unit.gateway.access.issuer import Issuer, Watch


@pytest.fixture(scope="session")
def issuer() -> Issuer:
    made = Issuer()
    made.add("ec")
    made.add("rsa", "RS256")
    made.add("pss", "PS384")
    made.add("ed", "EdDSA")
    return made


@pytest.fixture(scope="session")
def new_issuer() -> Callable[[], Issuer]:
    return Issuer


@pytest.fixture
def watch() -> Watch:
    return Watch()
