"""A namespace shows its writes late, in order, and says how far it is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ragline.testing.pinecone_double.namespace_log import NamespaceLog, Records, Write


def put(name: str) -> Write:
    def write(records: Records) -> None:
        records[name] = {"_id": name}

    return write


def test_without_lag_a_write_shows_at_once() -> None:
    log = NamespaceLog()
    assert log.write(put("a")) == 1
    assert log.read() == ({"a": {"_id": "a"}}, 1)


def test_a_write_stays_hidden_for_so_many_reads() -> None:
    log = NamespaceLog(lag=2)
    log.write(put("a"))
    assert [log.read()[1] for _ in range(4)] == [0, 0, 1, 1]
    log.write(put("b"))
    assert [sorted(log.read()[0]) for _ in range(3)] == [["a"], ["a"], ["a", "b"]]


def test_replicas_are_behind_on_their_own() -> None:
    log = NamespaceLog(lag=1, replicas=2)
    log.write(put("a"))
    assert [log.read()[1] for _ in range(4)] == [0, 0, 1, 1]
    log.read()
    log.write(put("b"))
    assert [log.read()[1] for _ in range(4)] == [1, 1, 2, 2]


@given(st.lists(st.sampled_from(["read", "a", "b", "c"]), max_size=40), st.integers(0, 3))
def test_a_read_shows_a_beginning_of_the_log_and_says_which(steps: list[str], lag: int) -> None:
    log, written, before = NamespaceLog(lag=lag), list[str](), 0
    for step in steps:
        if step != "read":
            written.append(step)
            assert log.write(put(step)) == len(written)
            continue
        records, position = log.read()
        assert position >= before
        assert set(records) == set(written[:position])
        before = position
    assert set(log.all()) == set(written)
