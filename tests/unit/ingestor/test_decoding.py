"""Any bytes become clean text or a clear refusal."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.errors import InvalidDocument
from ragline_ingestor.decoding import clean, decode
from ragline_ingestor.document import Content


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_encodings_are_recognised(encoding: str) -> None:
    text = "Grüße, 世界! مرحبا 👩‍👩‍👧"
    assert decode(Content(data=text.encode(encoding))) == text


def test_a_declared_charset_is_used() -> None:
    assert decode(Content(data="Привет".encode("koi8-r"), charset="koi8-r")) == "Привет"


@pytest.mark.parametrize("charset", ["no-such-charset", "hex", "undefined", "ut\0f"])
def test_a_charset_that_is_none_is_ignored(charset: str) -> None:
    assert decode(Content(data=b"plain", charset=charset)) == "plain"


def test_an_undeclared_8_bit_encoding_is_guessed() -> None:
    text = "Le café est servi à l'hôtel, où les élèves ont mangé une crème brûlée. " * 20
    assert decode(Content(data=text.encode("cp1252"))) == text


@pytest.mark.parametrize(
    "data",
    [
        b"\x00" * 4096,
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00" + bytes(range(256)) * 8,
        random.Random(7).randbytes(20_000),
    ],
    ids=["zeros", "png", "noise"],
)
def test_binary_is_refused_as_not_text(data: bytes) -> None:
    with pytest.raises(InvalidDocument, match="binary") as caught:
        decode(Content(data=data))
    assert caught.value.code == "not_text"


def test_stray_control_characters_are_dropped_and_format_characters_kept() -> None:
    kept = "family 👩‍👩‍👧, \u200fעברית\u200e, soft\u00adhyphen\tand tab"
    assert clean(f"\ufeff{kept}\x00\x07\x1b\x9f\ud800") == kept


def test_line_ends_become_line_feeds() -> None:
    assert clean("a\r\nb\rc\x85d\x0ce") == "a\nb\nc\nd\ne"


@given(st.text())
def test_clean_text_is_clean_already(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert once.encode("utf-8").decode() == once
