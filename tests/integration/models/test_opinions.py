"""Second opinions on claims: the packaged embedder, and a tiny entailment model made here."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ragline.adapters.models import open_opinion
from ragline.errors import Misconfigured
from ragline.model_settings import OpinionSettings

EVIDENCE = "The broker closes connections that send no heartbeat for a minute."
SAME = "Connections without a heartbeat for one minute are closed by the broker."
OTHER = "Penguins breed on the ice of the southern ocean."
PAIRS = [(EVIDENCE, SAME), (EVIDENCE, OTHER), (EVIDENCE, EVIDENCE)]


async def test_by_vectors_other_words_for_the_same_are_support_and_other_matter_is_none() -> None:
    async with open_opinion(OpinionSettings(kind="embeddings")) as opinion:
        assert opinion is not None
        same, other, equal = await opinion.supported(PAIRS)

    assert opinion.method == "embeddings"
    assert other == 0.0
    assert 0.5 <= same < equal == pytest.approx(1.0)


async def test_the_entailment_model_s_probability_is_the_opinion(entailment_folder: Path) -> None:
    from sentence_transformers import CrossEncoder

    async with open_opinion(OpinionSettings(kind="nli", model=str(entailment_folder))) as opinion:
        assert opinion is not None
        found = await asyncio.gather(*(opinion.supported([pair]) for pair in PAIRS))
    plain = CrossEncoder(str(entailment_folder), local_files_only=True)
    expected = [[row[1]] for row in plain.predict(PAIRS, apply_softmax=True).tolist()]

    assert opinion.method == "nli"
    assert opinion.asked_until > 1
    assert found == [pytest.approx(each, abs=1e-4) for each in expected]


async def test_off_is_no_opinion() -> None:
    async with open_opinion(OpinionSettings()) as opinion:
        assert opinion is None


async def test_a_model_without_a_label_for_entailment_is_refused(two_label_folder: Path) -> None:
    with pytest.raises(Misconfigured, match="entailment"):
        async with open_opinion(OpinionSettings(kind="nli", model=str(two_label_folder))):
            pass


async def test_without_the_extra_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ragline.adapters.models.opinions.find_spec", lambda name: None)
    with pytest.raises(Misconfigured, match="extra `models` of ragline-generator"):
        async with open_opinion(OpinionSettings(kind="embeddings")):
            pass
