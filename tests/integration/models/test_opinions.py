"""Second opinions on claims by the vectors of a small embedder."""

from __future__ import annotations

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


async def test_off_is_no_opinion() -> None:
    async with open_opinion(OpinionSettings()) as opinion:
        assert opinion is None


async def test_without_the_extra_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ragline.adapters.models.opinions.find_spec", lambda name: None)
    with pytest.raises(Misconfigured, match="extra `models` of ragline-generator"):
        async with open_opinion(OpinionSettings(kind="embeddings")):
            pass


async def test_an_entailment_model_needs_torch_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ragline.adapters.models.torch_extra.find_spec", lambda name: None)
    with pytest.raises(Misconfigured, match="RAGLINE_OPINION__KIND=nli needs torch"):
        async with open_opinion(OpinionSettings(kind="nli")):
            pass
