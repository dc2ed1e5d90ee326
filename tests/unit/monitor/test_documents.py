"""Statuses of documents: counted once, compared with the objective, shown to all."""

from __future__ import annotations

import pytest
from tests.unit.monitor.conftest import World, status_of

from ragline.contracts.documents import Outcome


async def test_changes_count_by_status_and_by_whether_they_met_the_objective(world: World) -> None:
    for number, ms in enumerate((100.0, 10_000.0, 10_001.0)):
        await world.show(status_of("acme", f"{number}.md", freshness_ms=ms))
    await world.show(status_of("acme", "x.md", status=Outcome.FAILED))

    assert world.samples("documents_total") == {("indexed",): 3, ("failed",): 1}
    assert world.samples("freshness_objective_total") == {("met",): 2, ("missed",): 1}
    assert world.value("document_freshness_seconds_count") == 3
    assert world.value("document_freshness_seconds_sum") == pytest.approx(20.101)


async def test_a_record_that_comes_again_counts_once_and_is_shown_all_the_same(
    world: World,
) -> None:
    with world.views.down():
        await world.show(status_of("acme", freshness_ms=5.0), topic="document-status")
    world.stage = world.restarted()  # what waited for the views is lost with the process
    await world.stage(status_of("acme", freshness_ms=5.0))

    assert world.samples("documents_total") == {("indexed",): 1}
    assert world.samples("freshness_objective_total") == {("met",): 1}
    assert world.value("repeats_total", topic="document-status") == 1
    assert await world.views.document("acme", "a.md") is not None


@pytest.mark.parametrize("ms", [float("nan"), float("inf")])
async def test_a_freshness_that_is_no_number_spoils_no_histogram(world: World, ms: float) -> None:
    await world.show(status_of("acme", freshness_ms=ms))
    assert world.value("document_freshness_seconds_count") == 0
    assert world.samples("documents_total") == {("indexed",): 1}
