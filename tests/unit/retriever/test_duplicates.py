"""Near-duplicates: the same said twice goes on once; what differs in a number stays."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from hypothesis import given
from hypothesis import strategies as st

from ragline.contracts.queries import Candidate
from ragline_retriever.duplicates import drop_near_duplicates

Make = Callable[..., Candidate]

NOTICE = (
    "A queue that nobody uses expires after the time in x-expires. The broker deletes it, with all "
    "messages in it, and tells no one. Set the argument when you declare the queue, or by policy."
)


def names(candidates: Iterable[Candidate]) -> list[str]:
    return [candidate.chunk_id for candidate in candidates]


def test_the_same_text_in_two_documents_comes_once_with_the_better_place(candidate: Make) -> None:
    best = candidate("a", text="Queues  expire after 30 minutes.")
    copy = candidate("b", text="queues expire\nafter 30 minutes.")
    ligature = candidate("c", text="ﬁrst")
    plain = candidate("d", text="first")
    assert names(drop_near_duplicates([best, copy, ligature, plain])) == ["a", "c"]


def test_a_copy_that_was_edited_a_little_is_a_duplicate(candidate: Make) -> None:
    edited = NOTICE.replace("tells", "warns")
    kept = drop_near_duplicates([candidate("a", text=NOTICE), candidate("b", text=edited)])
    assert names(kept) == ["a"]


def test_the_same_page_for_another_release_is_none(candidate: Make) -> None:
    old, new = NOTICE + " Since 3.12.", NOTICE + " Since 4.0."
    kept = drop_near_duplicates([candidate("a", text=old), candidate("b", text=new)])
    assert names(kept) == ["a", "b"]


def test_the_same_said_of_somebody_else_is_none(candidate: Make) -> None:
    one = "Ober is a village in the north of the district, with a church, a school and a mill on it"
    two = one.replace("Ober", "Unter")
    kept = drop_near_duplicates([candidate("a", text=one), candidate("b", text=two)])
    assert names(kept) == ["a", "b"]


def test_a_text_with_much_more_to_say_is_none(candidate: Make) -> None:
    more = NOTICE + " Streams and quorum queues ignore the argument, as they are never unused."
    kept = drop_near_duplicates([candidate("a", text=NOTICE), candidate("b", text=more)])
    assert names(kept) == ["a", "b"]


def test_texts_without_a_word_are_compared_as_they_are(candidate: Make) -> None:
    kept = drop_near_duplicates([candidate(name, text=name) for name in ("???", "!!!", "???")])
    assert names(kept) == ["???", "!!!"]


@given(st.lists(st.text(alphabet="abc 12.", max_size=12), max_size=12))
def test_order_stays_and_each_text_is_still_there(texts: list[str]) -> None:
    candidates = [
        Candidate(chunk_id=str(i), document_id="d", version=1, ordinal=i, text=t, start=0, end=1)
        for i, t in enumerate(texts)
    ]
    kept = list(drop_near_duplicates(candidates))
    places = [candidate.ordinal for candidate in kept]
    assert places == sorted(places)
    assert list(drop_near_duplicates(kept)) == kept
    assert {frozenset(t.split()) for t in texts if len(t.split()) == 1} <= {
        frozenset(k.text.split()) for k in kept
    }
