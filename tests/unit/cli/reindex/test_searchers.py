"""Who searches must have an index open before it answers, and closed before it is removed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from ragline.contracts.topics import Service
from ragline.errors import Unavailable
from ragline.ports.indexes import IndexUse
from ragline.settings import RedisSettings
from ragline_cli.reindex import searchers
from ragline_cli.reindex.searchers import Searchers


def use(
    service: Service, *opened: str, answers: str = "base", problem: str | None = None
) -> IndexUse:
    return IndexUse(
        service=service,
        instance="1",
        at=datetime(2026, 1, 5, tzinfo=UTC),
        answers=answers,
        opened=opened,
        revision=1,
        problem=problem,
    )


class Told:
    """What processes tell of themselves, look for look; the last look stays."""

    def __init__(self, *looks: list[IndexUse]) -> None:
        self._looks = list(looks)

    async def recent(self) -> list[IndexUse]:
        return self._looks.pop(0) if len(self._looks) > 1 else self._looks[0]


def searching(monkeypatch: pytest.MonkeyPatch, *looks: list[IndexUse]) -> Searchers:
    told = Told(*looks)

    @asynccontextmanager
    async def opened(_redis: RedisSettings) -> AsyncIterator[Any]:
        yield told

    monkeypatch.setattr(searchers, "_opened", opened)
    return Searchers(RedisSettings(), lambda _text: None)


OPEN = [use(Service.RETRIEVER, "base", "new"), use(Service.GATEWAY, "base", "new")]


async def test_without_a_redis_nobody_can_say_who_has_it_open() -> None:
    state = await Searchers(None, lambda _text: None).gate("new", 0.0)

    assert not state.open
    assert "RAGLINE_REDIS__URL" in state.look
    assert await Searchers(None, lambda _text: None).late("new") == ()


async def test_it_waits_until_all_have_it_open(monkeypatch: pytest.MonkeyPatch) -> None:
    half = [use(Service.RETRIEVER, "base", "new"), use(Service.GATEWAY, "base")]

    state = await searching(monkeypatch, half, OPEN).gate("new", 60.0)

    assert (state.open, state.found) == (True, "2 processes have it open")


async def test_who_has_it_not_open_is_named_with_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refused = [*OPEN, use(Service.RETRIEVER, "base", problem="the model cannot be loaded")]

    state = await searching(monkeypatch, refused).gate("new", 0.0)

    assert (state.open, state.found) == (
        False,
        "not open in retriever 1 (the model cannot be loaded)",
    )


async def test_without_a_retriever_nobody_would_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    state = await searching(monkeypatch, [use(Service.GATEWAY, "base", "new")]).gate("new", 0.0)

    assert (state.open, state.found) == (False, "no retriever has told of itself")


async def test_it_waits_until_all_answer_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    turned = [use(Service.RETRIEVER, "base", "new", answers="new")]

    assert await searching(monkeypatch, OPEN, turned).until_turned("new") == ()


async def test_what_somebody_still_has_open_is_not_removed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await searching(monkeypatch, OPEN, [use(Service.RETRIEVER, "base")]).until_closed("new")

    monkeypatch.setattr(searchers, "_CLOSED_S", 0.0)
    with pytest.raises(Unavailable, match="retriever 1, gateway 1 still has index new open"):
        await searching(monkeypatch, OPEN).until_closed("new")
