"""The packaged model on questions from domains that its training never saw."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from ragline.contracts.plan import Intent
from ragline.errors import Misconfigured
from ragline_classifier import features, local_model
from ragline_classifier.intent import Prediction
from ragline_classifier.local_model import LinearIntentModel
from ragline_classifier.plans import PlanBook

Judged = list[tuple[Intent, str, Prediction]]


@pytest.fixture(scope="module")
def judged(local: LinearIntentModel) -> Judged:
    lines = Path(__file__).with_name("held_out.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines]
    return [(Intent(intent), text, local.predict(text)) for intent, _, text in rows]


@pytest.mark.parametrize("intent", Intent)
def test_most_questions_of_unseen_domains_are_recognised(judged: Judged, intent: Intent) -> None:
    mine = [(text, p) for truth, text, p in judged if truth is intent]
    wrong = [text for text, p in mine if p.intent is not intent]
    assert len(wrong) <= len(mine) * 0.15, wrong


def test_confidence_is_no_boast(judged: Judged) -> None:
    """Among confident predictions the share of right ones is at least the stated confidence."""
    sure = [(truth, p) for truth, _, p in judged if p.confidence >= 0.8]
    stated = sum(p.confidence for _, p in sure) / len(sure)
    right = sum(p.intent is truth for truth, p in sure) / len(sure)
    assert len(sure) > len(judged) / 2
    assert right >= stated - 0.03


def test_wrong_predictions_are_less_sure_than_right_ones(judged: Judged) -> None:
    right = [p.confidence for truth, _, p in judged if p.intent is truth]
    wrong = [p.confidence for truth, _, p in judged if p.intent is not truth]
    assert sum(wrong) / len(wrong) < sum(right) / len(right) - 0.1


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("how do i {}", Intent.PROCEDURAL),
        ("what is {}?", Intent.FACTUAL),
        ("{} is not working", Intent.TROUBLESHOOTING),
        ("link to the {} page", Intent.NAVIGATIONAL),
    ],
)
def test_the_form_decides_and_not_the_topic(
    local: LinearIntentModel, text: str, intent: Intent
) -> None:
    topics = ("zorbing", "the card", "a quorum queue", "the tax return", "my router", "глоток")
    assert {local.predict(text.format(topic)).intent for topic in topics} == {intent}


def test_codes_and_exceptions_point_to_trouble(local: LinearIntentModel) -> None:
    for text in ("KeyError: 'name'", "ERR_CONNECTION_RESET", "HTTP 502 from the proxy"):
        assert local.predict(text).intent is Intent.TROUBLESHOOTING


@pytest.mark.parametrize(
    "text",
    ["asdf qwer", "🎉", "ご注文はいつ届きますか", "كيف أعيد تعيين كلمة المرور؟", "...", "\x00"],
)
def test_a_text_without_a_known_word_gets_the_balanced_plan(
    local: LinearIntentModel, book: PlanBook, text: str
) -> None:
    prediction = local.predict(text)
    assert book.choose(prediction).name == "balanced"
    assert sum(prediction.probabilities.values()) == pytest.approx(1.0)


def test_every_intent_occurs_for_long_text_too(local: LinearIntentModel) -> None:
    counts = Counter(
        local.predict(f"{start} {'lorem ipsum ' * 60}").intent
        for start in ("how do I", "what is", "I get an error and it fails with")
    )
    assert len(counts) >= 2


async def test_classify_is_predict(local: LinearIntentModel) -> None:
    assert await local.classify("What is NAT?", timeout=0.0) == local.predict("What is NAT?")


def test_a_missing_apostrophe_changes_nothing(local: LinearIntentModel) -> None:
    with_mark, without = local.predict("it doesn't start"), local.predict("it doesnt start")
    assert with_mark.probabilities == without.probabilities


def test_the_packaged_model_is_small() -> None:
    assert local_model.PACKAGED.stat().st_size < 500_000


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    with pytest.raises(Misconfigured):
        local_model.load(path)
    path.write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(Misconfigured):
        local_model.load(path)


def test_a_model_of_another_shape_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    np.savez(
        path,
        intents=np.array([i.value for i in Intent]),
        lexicon=np.array(["how"]),
        weights=np.zeros((4, features.DIMENSIONS // 2)),
        bias=np.zeros(4),
    )
    with pytest.raises(Misconfigured, match="shape"):
        local_model.load(path)


@pytest.mark.parametrize(
    "question",
    ["怎么连接打印机？", "プリンターをどうやって接続しますか", "프린터를 어떻게 연결합니까"],
)
def test_how_is_understood_in_scripts_of_which_the_lexicon_has_no_word(
    local: LinearIntentModel, question: str
) -> None:
    assert local.predict(question).intent is Intent.PROCEDURAL
