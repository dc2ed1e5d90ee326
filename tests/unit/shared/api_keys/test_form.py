"""What an API key looks like, and what is kept of it."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ragline.api_keys.form import ID_PATTERN, digest_of, id_of, make_key, same_key
from ragline.errors import Misconfigured

ids = st.from_regex(ID_PATTERN.replace("$", r"\Z"), fullmatch=True)
secrets = st.binary(min_size=32, max_size=32)


@given(ids, secrets)
def test_a_key_names_its_id_and_only_itself_has_its_hash(key_id: str, secret: bytes) -> None:
    key = make_key(key_id, random=lambda size: secret[:size])
    assert id_of(key) == key_id
    assert len(key) == len("rgl__") + len(key_id) + 43
    assert same_key(key, digest_of(key))


@given(ids, secrets, secrets)
def test_another_secret_is_another_key(key_id: str, one: bytes, other: bytes) -> None:
    assume(one != other)
    first = make_key(key_id, random=lambda _: one)
    second = make_key(key_id, random=lambda _: other)
    assert first != second
    assert not same_key(first, digest_of(second))


def test_keys_are_random_unless_told_otherwise() -> None:
    assert make_key("a") != make_key("a")


def test_nothing_is_the_same_as_no_hash() -> None:
    assert not same_key(make_key("a"), None)


@given(st.text())
def test_other_text_has_no_id(text: str) -> None:
    assume(not text.startswith("rgl_"))
    assert id_of(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "rgl_",
        "rgl__" + "a" * 43,
        "rgl_a_" + "a" * 42,
        "rgl_a_" + "a" * 42 + "=",
        "rgl_a_" + "a" * 43 + "\n",
        "rgl_ä_" + "a" * 43,
        "rgl_a.b_" + "a" * 43,
        "rgl_" + "a" * 65 + "_" + "a" * 43,
    ],
)
def test_what_is_nearly_a_key_has_no_id(text: str) -> None:
    assert id_of(text) is None


@pytest.mark.parametrize("key_id", ["", "-a", "a_b", "a b", "ä", "a" * 65, "a\n"])
def test_a_key_with_such_an_id_is_not_made(key_id: str) -> None:
    with pytest.raises(Misconfigured, match="letters, digits and -"):
        make_key(key_id)
