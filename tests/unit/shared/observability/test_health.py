"""What probes make of problems, and of what a service does without."""

from __future__ import annotations

from ragline.observability.health import Health


async def fine() -> str | None:
    return None


async def down() -> str | None:
    return "down"


async def test_what_is_done_without_is_told_but_takes_nothing_from_readiness() -> None:
    health = Health()
    health.waiting = None
    health.ready["vector_store"] = fine
    health.degraded = {"llm:a": lambda: "left alone", "llm:b": lambda: None}

    verdict = await health.readiness()

    assert verdict.ok
    assert verdict.degraded == {"llm:a": "left alone"}
    assert health.liveness().degraded == {}


async def test_problems_and_degradations_are_told_together() -> None:
    health = Health()
    health.waiting = None
    health.ready["vector_store"] = down
    health.degraded["llm:a"] = lambda: "left alone"

    verdict = await health.readiness()

    assert not verdict.ok
    assert verdict.problems == {"vector_store": "down"}
    assert verdict.degraded == {"llm:a": "left alone"}


async def test_a_producer_that_is_lost_fails_liveness_and_readiness() -> None:
    health = Health()
    health.waiting = None
    health.live["publishing"] = lambda: "this producer can never publish again"

    assert not health.liveness().ok
    assert "publishing" in (await health.readiness()).problems
