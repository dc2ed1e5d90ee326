"""Everything that changes a vector changes the fingerprint."""

from __future__ import annotations

from ragline.adapters.models.embedding_identity import Identity, Prefixes, SimilarityScale

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


def test_a_scale_keeps_the_order_and_stays_within_the_range_of_cosines() -> None:
    scale = SimilarityScale(slope=1.5, offset=-0.5)
    cosines = [-1.0, 0.2, 0.5, 0.8, 1.0]
    similarities = [scale(cosine) for cosine in cosines]
    assert similarities == sorted(similarities)
    assert min(similarities) == similarities[0] == -1.0
    assert similarities[2] == 0.25
    assert SimilarityScale()(0.3) == 0.3
