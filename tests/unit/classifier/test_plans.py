from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.classifier.conftest import prediction

from ragline.contracts.plan import Intent, Plan, SearchKind
from ragline.errors import Misconfigured
from ragline_classifier import plans
from ragline_classifier.plans import PlanBook

PACKAGED = plans.PACKAGED.read_text(encoding="utf-8")


def write(folder: Path, text: str) -> Path:
    path = folder / "my-plans.toml"
    path.write_text(text, encoding="utf-8")
    return path


def edited(folder: Path, old: str, new: str) -> Path:
    assert old in PACKAGED
    return write(folder, PACKAGED.replace(old, new, 1))


@pytest.mark.parametrize("intent", Intent)
def test_a_confident_intent_gets_its_own_plan(book: PlanBook, intent: Intent) -> None:
    assert book.choose(prediction(intent, 0.95)).name == intent


@pytest.mark.parametrize("intent", Intent)
def test_an_unsure_intent_gets_the_balanced_plan(book: PlanBook, intent: Intent) -> None:
    assert book.choose(prediction(intent, 0.3)).name == "balanced"


def test_skipping_vector_search_needs_more_confidence_than_choosing_a_plan() -> None:
    keyword_only = Plan(name="navigational", weights={SearchKind.KEYWORD: 1.0})
    balanced = Plan(name="balanced", weights={SearchKind.VECTOR: 0.5, SearchKind.KEYWORD: 0.5})
    book = PlanBook(
        plans={"navigational": keyword_only, "balanced": balanced}, minimum=0.5, skip_vector=0.9
    )
    assert book.choose(prediction(Intent.NAVIGATIONAL, 0.89)) is balanced
    assert book.choose(prediction(Intent.NAVIGATIONAL, 0.9)) is keyword_only


def test_a_vector_weight_of_zero_also_skips_vector_search() -> None:
    keyword_only = Plan(
        name="navigational", weights={SearchKind.VECTOR: 0.0, SearchKind.KEYWORD: 1.0}
    )
    balanced = Plan(name="balanced", weights={SearchKind.VECTOR: 0.5})
    book = PlanBook(
        plans={"navigational": keyword_only, "balanced": balanced}, minimum=0.5, skip_vector=0.9
    )
    assert book.choose(prediction(Intent.NAVIGATIONAL, 0.6)) is balanced


def test_the_seed_profile_holds_the_starting_weights() -> None:
    book = plans.load(profile="seed")
    weights = {i: book.choose(prediction(i, 1.0)).weights for i in Intent}
    expected = {
        Intent.FACTUAL: (0.7, 0.2, 0.1),
        Intent.NAVIGATIONAL: (0.2, 0.6, 0.2),
        Intent.PROCEDURAL: (0.6, 0.3, 0.1),
        Intent.TROUBLESHOOTING: (0.5, 0.4, 0.1),
    }
    kinds = (SearchKind.VECTOR, SearchKind.KEYWORD, SearchKind.METADATA)
    assert {i: tuple(w[k] for k in kinds) for i, w in weights.items()} == expected


def test_a_file_of_the_operator_replaces_the_packaged_one(tmp_path: Path) -> None:
    path = edited(tmp_path, "passages = 4", "passages = 3")
    assert plans.load(path).choose(prediction(Intent.NAVIGATIONAL, 0.99)).passages == 3


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("vector = 0.5,", "vector = -1,", r"\[profiles.default.balanced\] weights.vector"),
        ("vector = 0.5,", "vektor = 0.5,", r"\[profiles.default.balanced\] weights.vektor"),
        ("passages = 4", "passages = 'many'", r"\[profiles.default.navigational\] passages"),
        ("passages = 4", "pasages = 4", r"\[profiles.default.navigational\] pasages"),
        ("passages = 4", "passages = 45", r"\[profiles.default.navigational\].*exceed"),
        ("candidates = 40", "depth = 0", r"\[profiles.default.troubleshooting\] depth"),
        ("candidates = 40", "fusion = 'magic'", r"\[profiles.default.troubleshooting\] fusion"),
        ("minimum = 0.5", "minimum = 5", r"\[confidence\] minimum"),
        ("[profiles.default.factual]", "[profiles.default.fact]", r"\[profiles.default.factual\]"),
        ('profile = "default"', 'profile = "mine"', r"\[profiles.mine\].*default, lean, seed"),
        ('profile = "default"', "", "profile: Field required"),
        ('profile = "default"', "profile = ", "no valid TOML"),
        (
            "weights = { vector = 0.5, keyword = 0.5, metadata = 0.1 }",
            "weights = { vector = 0.0 }",
            r"\[profiles.default.balanced\].*above zero",
        ),
        (
            "weights = { vector = 0.5, keyword = 0.5, metadata = 0.1 }",
            "weights = 3",
            r"\[profiles.default.balanced\] weights",
        ),
    ],
)
def test_a_bad_file_is_refused_with_its_table_and_field(
    tmp_path: Path, old: str, new: str, problem: str
) -> None:
    path = edited(tmp_path, old, new)
    with pytest.raises(Misconfigured, match=problem) as caught:
        plans.load(path)
    assert str(path) in str(caught.value)


def test_a_profile_that_is_no_table_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, 'profile = "x"\nprofiles = { x = 3 }\n[confidence]\nminimum = 0.5\n')
    with pytest.raises(Misconfigured, match=r"\[profiles.x\]"):
        plans.load(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="No such file"):
        plans.load(tmp_path / "nowhere.toml")


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "plans.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Misconfigured, match="no valid TOML"):
        plans.load(path)
