"""Progress only grows, and only the answer itself completes it."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from ragline.adapters.redis.entries import Entry
from ragline.contracts.topics import QUERY_STAGES
from ragline_gateway.mcp.progress import TOTAL, AskProgress, ProgressStep

_STAGES = st.integers(1, 4).map(
    lambda place: Entry(f"0-{place}", json.dumps({"stage": QUERY_STAGES[place - 1]}))
)
_TOKENS = st.builds(
    lambda attempt, seq, text: Entry(f"{attempt}-{seq}", json.dumps({"delta": text})),
    st.integers(1, 3),
    st.integers(0, 9),
    st.text(max_size=600),
)
_OTHERS = st.sampled_from(
    [Entry("0-9", json.dumps({"stage": "later"})), Entry("1-9", json.dumps({"status": "answered"}))]
)


@given(st.lists(_STAGES | _TOKENS | _OTHERS, max_size=30))
def test_each_step_is_higher_than_the_last_and_none_is_the_end(entries: list[Entry]) -> None:
    progress = AskProgress()
    steps = [step for entry in entries if (step := progress.after(entry)) is not None]

    reached = [step.progress for step in steps]
    assert reached == sorted(set(reached))
    assert all(0 < each < TOTAL for each in reached)


def test_a_second_attempt_is_told_once_it_is_longer_than_the_first() -> None:
    progress = AskProgress()

    def written(attempt: int, characters: int) -> ProgressStep | None:
        data = json.dumps({"delta": "x" * characters})
        return progress.after(Entry(f"{attempt}-0", data))

    assert written(1, 300) == ProgressStep(4 + 300 / 1_300, "300 characters written")
    assert written(1, 100) is None
    assert written(2, 250) is None
    assert written(2, 300) == ProgressStep(4 + 550 / 1_550, "550 characters written")
