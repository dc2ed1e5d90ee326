"""Events with candidates stay small, so they need no claim check.

A claim check keeps an event's body elsewhere and a reference in the event. It would be for events
above 512 KiB; a broker's own default takes one MiB.
"""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime

import pytest
from tests.contract.test_bounds import worst_candidate

from ragline.contracts import bounds
from ragline.contracts.plan import Plan, SearchKind
from ragline.contracts.queries import Candidate
from ragline.contracts.size import best_within, json_bytes
from ragline_classifier.plans import PACKAGED
from ragline_ingestor.settings import IngestorSettings

LARGE = 512 * 1024
BROKERS_DEFAULT = 1_048_588  # `message.max.bytes`
PLANS = {
    f"{profile}.{name}": Plan(name=name, **fields)
    for profile, plans in tomllib.loads(PACKAGED.read_text())["profiles"].items()
    for name, fields in plans.items()
}


def largest_chunk() -> Candidate:
    """Return a chunk as long as the ingestor makes any, in the characters that take most bytes.

    Title, headings and address are longer than those of real pages, and also in such characters.
    """
    text = "😀" * IngestorSettings().chunk_maximum
    return Candidate(
        chunk_id="😀" * 200,
        document_id="😀" * 180,
        version=2**63 - 1,
        ordinal=2**31,
        title="😀" * 200,
        heading_path=["😀" * 100] * 6,
        url="https://example.org/" + "%F0%9F%98%80" * 40,
        text=text,
        start=2**31,
        end=2**31,
        updated_at=datetime(2026, 1, 1, tzinfo=UTC),
        scores=dict.fromkeys(SearchKind, 0.1234567890123456),
        fused=0.1234567890123456,
    )


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
def test_no_plan_that_comes_with_ragline_makes_large_events(plan: Plan) -> None:
    wanted = max(plan.candidates, plan.rerank_depth, plan.passages)
    assert json_bytes(largest_chunk()) * wanted < LARGE


def test_the_largest_plan_over_the_largest_chunks_is_bounded_by_trimming() -> None:
    everything = [worst_candidate()] * 200
    kept = best_within(everything, most_bytes=bounds.CANDIDATES_BYTES)
    assert 0 < len(kept) < len(everything)
    assert sum(map(json_bytes, kept)) < bounds.CANDIDATES_BYTES < BROKERS_DEFAULT
    # with chunks of the default size a plan of the most candidates loses few of them
    usual = [largest_chunk()] * 200
    assert len(best_within(usual, most_bytes=bounds.CANDIDATES_BYTES)) > 80
