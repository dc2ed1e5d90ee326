"""The fake keeps the memory's promises."""

from __future__ import annotations

import pytest
from tests.unit.monitor.memory import FakeMemory, MemoryContract


class TestFakeMemory(MemoryContract):
    @pytest.fixture
    def memory(self) -> FakeMemory:
        return FakeMemory()
