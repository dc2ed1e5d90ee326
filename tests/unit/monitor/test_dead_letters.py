"""Dead letters are counted by their headers, which anybody can write."""

from __future__ import annotations

from tests.unit.monitor.conftest import World

from ragline.contracts.dead_letters import DeadLetterStored


async def test_dead_letters_count_by_topic_cause_and_service(world: World) -> None:
    letter = DeadLetterStored(topic="queries", cause="invalid_json", service="classifier")
    await world.show(letter, topic="dead-letters")
    await world.show(letter, topic="dead-letters")

    assert world.samples("dead_letters_total") == {("queries", "invalid_json", "classifier"): 2}


async def test_headers_that_nobody_knows_make_no_new_labels(world: World) -> None:
    for number in range(20):
        junk = f"junk {number}"
        await world.show(DeadLetterStored(topic=junk, cause=junk, service=junk))
    await world.show(DeadLetterStored())

    assert world.samples("dead_letters_total") == {
        ("other", "other", "other"): 20,
        ("unknown", "unknown", "unknown"): 1,
    }


async def test_the_same_record_counts_once(world: World) -> None:
    await world.show(DeadLetterStored(topic="queries"), topic="dead-letters")
    world.stage = world.restarted()
    await world.stage(DeadLetterStored(topic="queries"))

    assert sum(world.samples("dead_letters_total").values()) == 1
    assert world.value("repeats_total", topic="dead-letters") == 1
