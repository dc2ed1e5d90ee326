"""Second opinions on claims by a tiny entailment model made here."""

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


async def test_a_model_without_a_label_for_entailment_is_refused(two_label_folder: Path) -> None:
    with pytest.raises(Misconfigured, match="entailment"):
        async with open_opinion(OpinionSettings(kind="nli", model=str(two_label_folder))):
            pass
