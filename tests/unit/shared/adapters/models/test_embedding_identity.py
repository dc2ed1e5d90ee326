"""Everything that changes a vector changes the fingerprint."""

from __future__ import annotations

from ragline.adapters.models.embedding_identity import Identity, Prefixes

SAME = Identity(model="m@1", dimensions=2, prefixes=Prefixes(query="q: "))


def test_each_part_counts() -> None:
    others = [
        Identity(model="m@2", dimensions=2, prefixes=Prefixes(query="q: ")),
        Identity(model="m@1", dimensions=3, prefixes=Prefixes(query="q: ")),
        Identity(model="m@1", dimensions=2),
        Identity(model="m@1", dimensions=2, prefixes=Prefixes(document="q: ")),
    ]
    assert len({each.fingerprint for each in (SAME, *others)}) == 1 + len(others)


def test_it_is_what_stores_of_earlier_releases_hold() -> None:
    assert SAME.fingerprint == 'm@1 dim=2 norm=l2 prefix=["q: ", ""]'
