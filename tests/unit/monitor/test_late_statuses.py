"""Statuses outlive an outage of the views."""

from __future__ import annotations

import pytest
from tests.unit.monitor.conftest import BreakableViews, status_of

from ragline_monitor.late_statuses import LateStatuses


@pytest.fixture
def views() -> BreakableViews:
    return BreakableViews()


async def test_after_an_outage_the_last_status_of_each_document_is_written(
    views: BreakableViews,
) -> None:
    late = LateStatuses(views, on_failure=lambda: None)
    with views.down():
        for version in (1, 3, 2):
            await late.note(status_of("acme", version=version))
        await late.note(status_of("acme", "b.md"))
        await late.catch_up()
        assert len(late) == 2

    await late.catch_up()

    assert len(late) == 0
    assert await views.document("acme", "a.md") == status_of("acme", version=3)
    assert await views.document("acme", "b.md") == status_of("acme", "b.md")


async def test_a_dead_store_is_asked_once_a_look_rather_than_once_a_status(
    views: BreakableViews,
) -> None:
    late = LateStatuses(views, on_failure=lambda: None)
    with views.down():
        for number in range(50):
            await late.note(status_of("acme", f"{number}.md"))
        assert views.calls == 1
        await late.catch_up()
        assert views.calls == 2


async def test_a_status_that_comes_during_an_outage_waits_behind_it(views: BreakableViews) -> None:
    late = LateStatuses(views, on_failure=lambda: None)
    with views.down():
        await late.note(status_of("acme", version=1))
    await late.note(status_of("acme", version=2))
    await late.catch_up()
    assert await views.document("acme", "a.md") == status_of("acme", version=2)


async def test_what_waits_is_bounded_and_what_is_given_up_is_counted(views: BreakableViews) -> None:
    failures: list[None] = []
    late = LateStatuses(views, on_failure=lambda: failures.append(None), most=2)
    with views.down():
        for number in range(3):
            await late.note(status_of("acme", f"{number}.md"))
    await late.catch_up()

    assert len(failures) == 4
    assert await views.document("acme", "0.md") is None
    assert await views.document("acme", "2.md") is not None
