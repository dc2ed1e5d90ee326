"""Fixtures for all unit tests."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="package")
def no_settings_of_this_machine() -> Iterator[None]:
    """Unit tests see only default settings, whatever the shell or a running stack has set."""
    with pytest.MonkeyPatch.context() as environment:
        for name in [name for name in os.environ if name.startswith("RAGLINE_")]:
            environment.delenv(name)
        yield
