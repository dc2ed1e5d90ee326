"""How a folder in the layout of sentence-transformers is used without it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ragline.adapters.models.files import ModelFiles
from ragline.adapters.models.sentence_network import SentenceNetwork, network_of
from ragline.errors import Misconfigured


def read(folder: Path, pooling: dict[str, Any] | None, limits: dict[str, Any]) -> SentenceNetwork:
    if pooling is not None:
        (folder / "1_Pooling").mkdir()
        (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    (folder / "sentence_bert_config.json").write_text(json.dumps(limits))
    return network_of(ModelFiles(model_id="m", revision="1", folder=folder), "onnx/model.onnx")


@pytest.mark.parametrize(
    ("stated", "pooling"),
    [("pooling_mode_cls_token", "cls"), ("pooling_mode_mean_tokens", "mean")],
)
def test_pooling_and_length_are_the_model_s(tmp_path: Path, stated: str, pooling: str) -> None:
    modes = {"word_embedding_dimension": 384, "pooling_mode_max_tokens": False, stated: True}
    network = read(tmp_path, modes, {"max_seq_length": 256})
    assert (network.pooling, network.max_tokens) == (pooling, 256)


def test_more_tokens_than_the_network_has_places_for_are_cut(tmp_path: Path) -> None:
    assert read(tmp_path, {"pooling_mode_cls_token": True}, {}).max_tokens == 512


@pytest.mark.parametrize("pooling", [None, {}, {"pooling_mode_lasttoken": True}])
def test_a_pooling_that_is_not_known_says_what_to_do(
    tmp_path: Path, pooling: dict[str, Any] | None
) -> None:
    with pytest.raises(Misconfigured, match="RAGLINE_EMBEDDING__ONNX_FILE empty to use torch"):
        read(tmp_path, pooling, {})
