"""Models for the tests of what runs on torch (`make test-extras`), made here."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from ragline.adapters.models.files import locate

TOKENIZER = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt")


NLI_LABELS = ("contradiction", "entailment", "neutral")


def save_cross_encoder(folder: Path, *, labels: int = 1, seed: int = 7) -> Path:
    """Save a BERT of one layer with random weights, with the tokenizer of all-MiniLM-L6-v2.

    Its configured activation is the identity, as in the published ms-marco cross-encoders, and its
    weights are large, so that logits differ clearly and are outside of [0, 1].
    """
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    torch.manual_seed(seed)
    config = BertConfig(
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        initializer_range=0.5,
    )
    config.num_labels = labels
    if labels == len(NLI_LABELS):
        config.id2label = dict(enumerate(NLI_LABELS))
    config.sentence_transformers = {"activation_fn": "torch.nn.modules.linear.Identity"}
    model = BertForSequenceClassification(config)
    model.save_pretrained(folder)
    packaged = locate("packaged").folder
    for name in TOKENIZER:
        (folder / name).write_bytes((packaged / name).read_bytes())
    return folder


def save_onnx(folder: Path) -> None:
    """Export the model in `folder` to `onnx/model.onnx`, and a copy with 8-bit weights."""
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    model.config.return_dict = False
    pairs = AutoTokenizer.from_pretrained(folder)(
        ["one", "two two"], ["three", "four four"], padding=True, return_tensors="pt"
    )
    names = ("input_ids", "attention_mask", "token_type_ids")
    shape = {0: torch.export.Dim("batch"), 1: torch.export.Dim("tokens", min=2, max=512)}
    (folder / "onnx").mkdir()
    exported, quantised = folder / "onnx" / "model.onnx", folder / "onnx" / "model_qint8.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own
        torch.onnx.export(
            model,
            tuple(pairs[name] for name in names),
            exported,
            input_names=names,
            output_names=["logits"],
            dynamic_shapes=tuple(shape for _ in names),
            dynamo=True,
            external_data=False,
            verbose=False,
        )
        quantize_dynamic(exported, quantised, weight_type=QuantType.QInt8)


@pytest.fixture(scope="session")
def onnx_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = save_cross_encoder(tmp_path_factory.mktemp("models") / "tiny-onnx")
    save_onnx(folder)
    return folder


@pytest.fixture(scope="session")
def cross_encoder_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_cross_encoder(tmp_path_factory.mktemp("models") / "tiny-cross-encoder")


@pytest.fixture(scope="session")
def two_label_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_cross_encoder(tmp_path_factory.mktemp("models") / "two-labels", labels=2)


@pytest.fixture(scope="session")
def entailment_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_cross_encoder(tmp_path_factory.mktemp("models") / "tiny-nli", labels=3)
