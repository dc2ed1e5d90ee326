"""Pruned ranking is the same as scoring everything, to the last bit."""

from __future__ import annotations

import random
from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from ragline.adapters.stores.bm25 import weight
from ragline.adapters.stores.pgvector.buckets import BUCKET_BITS, place_of
from ragline.adapters.stores.pgvector.impacts import PackedPostings
from ragline.adapters.stores.pgvector.max_score import ChunkRanking, TermBound, in_order

AVERAGE = 40.0
Postings = dict[int, list[PackedPostings]]


def corpus(seed: int, chunks: int, terms: int) -> dict[TermBound, Postings]:
    """Random postings of terms from rare to frequent, in three buckets, some in two pieces."""
    chance = random.Random(seed)
    ids = chance.sample(range(3 << BUCKET_BITS), chunks)
    lengths = {key: chance.choice([5, 20, 40, 40, 80]) for key in ids}
    found = {}
    for number in range(terms):
        holders = [key for key in ids if chance.random() < (number + 0.5) / terms]
        if not holders:
            continue
        pieces: dict[tuple[int, int], list[tuple[int, int, int]]] = defaultdict(list)
        for key in holders:
            bucket, place = place_of(key)
            posting = (place, chance.choice([1, 1, 1, 2, 5]), lengths[key])
            pieces[bucket, chance.randrange(2)].append(posting)
        postings: Postings = defaultdict(list)
        for (bucket, _), each in pieces.items():
            postings[bucket].append(PackedPostings.of(each))
        known = weight(chunks, len(holders))
        peak = max(packed.peak(AVERAGE) for each in postings.values() for packed in each)
        found[TermBound(f"t{number}", known, known * peak)] = postings
    return found


def ranked(
    found: dict[TermBound, Postings], wanted: int, *, prune: bool
) -> tuple[list[tuple[float, int]], int]:
    """Rank as a search does; also return how many terms were scored only for contenders."""
    ranking = ChunkRanking(average=AVERAGE, wanted=wanted)
    left = in_order(list(found))
    while left:
        term = left.pop(0)
        ranking.add(term, found[term])
        if ranking.is_settled(sum(each.most for each in left)) and prune:
            break
    contenders = ranking.contenders(sum(each.most for each in left))
    unread = len(left)
    while left:
        term = left.pop(0)
        contenders.add(term, found[term], sum(each.most for each in left))
    ids, scores = contenders.best()
    return list(zip(scores, ids, strict=True)), unread


@given(st.integers(0, 10**6), st.integers(1, 400), st.integers(1, 8), st.integers(1, 30))
def test_pruning_changes_neither_scores_nor_order(
    seed: int, chunks: int, terms: int, wanted: int
) -> None:
    found = corpus(seed, chunks, terms)
    whole, _ = ranked(found, chunks + 1, prune=False)
    pruned, _ = ranked(found, wanted, prune=True)
    assert whole == sorted(whole, key=lambda each: (-each[0], each[1]))
    assert pruned[:wanted] == whole[:wanted]


def test_frequent_terms_are_scored_only_for_contenders() -> None:
    _, left = ranked(corpus(1, 3_000, 8), 10, prune=True)
    assert left > 0


def test_nothing_found_is_nothing_ranked() -> None:
    assert ranked({}, 10, prune=True) == ([], 0)
