"""Settings of models: which rerankers a configuration names."""

from __future__ import annotations

from typing import Any

import pytest

from ragline.model_settings import RerankerSettings


@pytest.mark.parametrize(
    ("given", "by_wording", "by_cross_encoder"),
    [
        ({}, True, False),
        ({"model": "some/ranker"}, True, True),
        ({"model": "off"}, True, False),
        ({"method": "wording", "model": "some/ranker"}, True, False),
        ({"method": "cross-encoder"}, False, True),
        ({"method": "cross-encoder", "model": "off"}, False, False),
        ({"method": "chain"}, True, True),
        ({"method": "off", "model": "some/ranker"}, False, False),
    ],
)
def test_what_reranks(given: dict[str, Any], by_wording: bool, by_cross_encoder: bool) -> None:
    settings = RerankerSettings(**given)
    assert settings.by_wording is by_wording
    assert settings.by_cross_encoder is by_cross_encoder
