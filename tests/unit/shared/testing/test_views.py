"""The fake keeps the views' promises."""

from __future__ import annotations

import pytest

from ragline.testing.views import MemoryViews, OpenViews, ViewsContract


class TestMemoryViews(ViewsContract):
    @pytest.fixture
    def open_views(self) -> OpenViews:
        return lambda most_recent: MemoryViews(most_recent=most_recent)
