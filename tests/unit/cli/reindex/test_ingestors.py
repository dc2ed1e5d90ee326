"""An index's ingestors are told by their groups at Kafka."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ragline.errors import Misconfigured, Unavailable
from ragline.messaging.lag import GroupTopic
from ragline_cli.reindex.ingestors import groups, require_none_before, until_none_runs


class Groups:
    """Groups that have committed what is given, and whose members leave one after the other."""

    def __init__(self, committed: Mapping[str, int] | None = None, *, members: int = 0) -> None:
        self._committed = committed or {}
        self._members = members

    async def committed(self, each: GroupTopic) -> Mapping[Any, int]:
        return (
            {(each.topic, 0): self._committed[each.group]} if each.group in self._committed else {}
        )

    async def members(self, group: str) -> int:
        if group != groups("new")[-1].group:
            return 0
        self._members -= 1
        return self._members + 1


def reader(*arguments: Any, **named: Any) -> Any:
    return Groups(*arguments, **named)


def test_a_further_index_is_read_in_groups_of_its_own() -> None:
    assert {each.group for each in groups("new")}.isdisjoint(
        {each.group for each in groups("base")}
    )
    assert "ragline.ingestor.documents@new" in {each.group for each in groups("new")}


async def test_a_name_that_was_read_for_is_refused_with_another_one() -> None:
    await require_none_before(reader({"ragline.ingestor.documents": 7}), "new")
    with pytest.raises(Misconfigured, match=r"for example new-2$"):
        await require_none_before(reader({"ragline.ingestor.documents@new": 7}), "new")


async def test_an_ingestor_that_ends_is_waited_for_in_whichever_group_it_is() -> None:
    await until_none_runs(reader(members=2), "new", seconds=60)


async def test_ingestors_that_run_on_are_named_with_their_setting() -> None:
    with pytest.raises(Unavailable, match=r"^7 ingestors .* \(RAGLINE_INGESTOR__INDEX=new\)"):
        await until_none_runs(reader(members=7), "new", seconds=-1)
