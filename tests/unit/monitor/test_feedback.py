"""Feedback is counted once, with the intent and plan of the answer that it is about."""

from __future__ import annotations

from datetime import timedelta

from tests.unit.monitor.conftest import World, answer, feedback
from tests.unit.monitor.memory import NOW

from ragline.contracts.plan import Intent


async def test_a_thumb_carries_its_answer_s_intent_and_plan(world: World) -> None:
    await world.show(answer(intent=Intent.PROCEDURAL, plan="steps"))
    await world.show(feedback())
    await world.show(feedback(rating="down"))

    assert world.samples("feedback_total") == {
        ("answer", "up", "procedural", "steps"): 1,
        ("answer", "down", "procedural", "steps"): 1,
    }
    thumbs = world.hour().mix("thumbs")
    assert thumbs == {"up": 1, "up:procedural": 1, "down": 1, "down:procedural": 1}


async def test_a_rating_of_a_citation_is_none_of_the_answer(world: World) -> None:
    await world.show(answer())
    await world.show(feedback(rating="down", marker=2))

    assert world.samples("feedback_total") == {("citation", "down", "factual", "factual"): 1}
    assert world.hour().mix("thumbs") == {}


async def test_feedback_of_another_tenant_is_about_a_question_of_its_own(world: World) -> None:
    await world.show(answer())
    await world.show(feedback(tenant="globex"))

    assert world.samples("feedback_total") == {}
    assert world.samples("feedback_unmatched_total") == {("early",): 1}
    assert world.hour().mix("thumbs") == {}

    await world.show(answer(tenant="globex", intent="procedural"))
    assert world.samples("feedback_total") == {("answer", "up", "procedural", "factual"): 1}


async def test_the_same_record_counts_once_also_after_a_restart(world: World) -> None:
    await world.show(answer())
    await world.show(feedback())
    world.stage = world.restarted()
    await world.stage(feedback())

    assert world.samples("feedback_total") == {("answer", "up", "factual", "factual"): 1}
    assert world.value("repeats_total", topic="feedback") == 1


async def test_feedback_before_its_answer_counts_when_the_answer_comes(world: World) -> None:
    await world.show(feedback())
    await world.show(feedback(tenant="globex"))
    assert world.samples("feedback_total") == {}
    assert world.samples("feedback_unmatched_total") == {("early",): 2}

    await world.show(answer())
    await world.show(answer())

    assert world.samples("feedback_total") == {("answer", "up", "factual", "factual"): 1}
    assert world.samples("feedback_unmatched_total") == {("early",): 2}
    assert world.hour().mix("thumbs") == {"up": 1, "up:factual": 1}


async def test_a_rating_counts_in_the_hour_in_which_it_was_given(world: World) -> None:
    await world.show(answer(answered_at=NOW - timedelta(hours=5)))
    await world.show(feedback(given_at=NOW - timedelta(hours=2)))
    await world.show(feedback())

    assert world.hour(ago=5).mix("thumbs") == {}
    assert world.hour(ago=2).mix("thumbs")["up"] == 1
    assert world.hour().mix("thumbs")["up"] == 1
