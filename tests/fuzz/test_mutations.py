"""Every mutation makes bytes of any valid record, the same ones of the same dice."""

from __future__ import annotations

import json
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fuzz.documents import DAMAGES, FORMATS
from tests.fuzz.mutations import VALUES, broken_headers, odd_headers, wrong_key

from ragline_ingestor.document import Content
from ragline_ingestor.media_types import resolve_media_type

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
EVENTS = st.dictionaries(st.text(max_size=8), JSON, max_size=5)
SEEDS = st.integers(0, 2**32)


@given(name=st.sampled_from(sorted(VALUES)), event=EVENTS, seed=SEEDS)
def test_a_mutation_of_an_event_is_bytes_or_null(
    name: str, event: dict[str, object], seed: int
) -> None:
    data = json.dumps(event).encode()
    changed = VALUES[name](data, Random(seed))
    assert changed is None or isinstance(changed, bytes)
    assert changed == VALUES[name](data, Random(seed))


@given(seed=SEEDS)
def test_headers_and_keys_are_what_kafka_takes(seed: int) -> None:
    for name, value in (*odd_headers(Random(seed)), *broken_headers(Random(seed))):
        assert name.isascii()
        assert value is None or isinstance(value, bytes)
    assert all(value is not None for _, value in odd_headers(Random(seed)))
    key = wrong_key(b"acme/doc", Random(seed))
    assert key is None or (isinstance(key, bytes) and key != b"acme/doc")


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_document_is_bytes_and_the_same_of_the_same_dice(form: str, damage: str) -> None:
    for seed in range(4):
        data = DAMAGES[damage](FORMATS[form], Random(seed))
        assert isinstance(data, bytes)
        assert data == DAMAGES[damage](FORMATS[form], Random(seed))


@pytest.mark.parametrize("form", ["docx", "pdf", "html"])
def test_a_good_document_is_recognised(form: str) -> None:
    data = DAMAGES["whole"](FORMATS[form], Random(1))
    content = Content(data=data)
    assert resolve_media_type(content, names=()) == FORMATS[form].media_type
