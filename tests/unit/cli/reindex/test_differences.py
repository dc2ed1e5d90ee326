"""Two indexes are compared while both change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.ports.inventory import Listed
from ragline_cli.reindex.differences import compare, differing, told

KEY = ("acme", "a.md")


class Memory:
    """An inventory that goes on to its next state at each look; the last one stays."""

    def __init__(self, *states: dict[str, Listed]) -> None:
        self._states = list(states)

    async def tenants(self) -> Sequence[str]:
        return ["acme"] if any(self._states) else []

    async def documents(self, tenant: str) -> Mapping[str, Listed]:
        return self._states.pop(0) if len(self._states) > 1 else self._states[0]


ONE, TWO = {"a.md": Listed(1)}, {"a.md": Listed(2)}
THREE = {"a.md": Listed(3)}


async def test_a_change_on_its_way_is_no_difference() -> None:
    found = await compare(Memory(TWO), Memory(ONE, TWO), pause_s=0)
    assert found.differences == {}
    assert found.totals == (1, 1)


async def test_a_document_that_changes_all_the_time_is_no_difference() -> None:
    found = await compare(Memory(TWO, THREE, THREE), Memory(ONE, TWO, THREE), pause_s=0)
    assert found.differences == {}


async def test_what_stays_different_is_one() -> None:
    found = await compare(Memory(TWO), Memory(ONE), pause_s=0)
    assert found.differences == {KEY: (Listed(2), Listed(1))}


async def test_a_tenant_that_only_one_has_is_found() -> None:
    found = await compare(Memory({}), Memory(ONE), pause_s=0)
    assert found.differences == {KEY: (None, Listed(1))}
    assert found.documents == {"acme": (0, 1)}


@pytest.mark.parametrize(
    ("pair", "text"),
    [
        ((Listed(1), None), "acme/a.md: only the live index has it"),
        ((None, Listed(1)), "acme/a.md: only the new index has it"),
        ((Listed(2), Listed(1)), "acme/a.md: version 2 is live, 1 in the new index"),
        (
            (Listed(1, ("hr",)), Listed(1)),
            "acme/a.md: readers hr now, all in the new index",
        ),
    ],
)
def test_a_difference_is_told(pair: tuple[Listed | None, Listed | None], text: str) -> None:
    assert told(KEY, pair) == text


listings = st.dictionaries(
    st.sampled_from("abcd"), st.builds(Listed, st.integers(0, 2), st.just(())), max_size=4
)


@given(listings, listings)
def test_what_differs_is_all_that_would_have_to_change(
    one: dict[str, Listed], other: dict[str, Listed]
) -> None:
    found = differing("t", one, other)
    changed = dict(other)
    for (_, name), (wanted, _) in found.items():
        if wanted is None:
            del changed[name]
        else:
            changed[name] = wanted
    assert changed == one
    assert all(pair[0] != pair[1] for pair in found.values())
