"""The second configuration: what may differ, and what the report says of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ragline.errors import Misconfigured
from ragline_cli.shadow.configuration import (
    COLLECTION,
    MODEL,
    PLANS,
    SecondConfiguration,
    applied,
    second_configuration,
    stated_settings,
)

STORE = {"RAGLINE_VECTOR_STORE__URL": "postgresql://live"}


def configured(*pairs: str, given: dict[str, str] | None = None) -> SecondConfiguration:
    stated = stated_settings(pairs, None, {})
    return second_configuration(stated, addresses=STORE, given=given or {})


def test_stated_settings_go_before_the_stacks_and_the_environment() -> None:
    second = configured(
        "ragline_vector_store__url=postgresql://other", f"{COLLECTION}=V2", given={COLLECTION: "V1"}
    )
    assert second.environment["RAGLINE_VECTOR_STORE__URL"] == "postgresql://other"
    assert second.environment[COLLECTION] == "V2"


def test_the_report_shows_what_differs_and_no_secrets() -> None:
    second = configured(
        f"{COLLECTION}=V2",
        "RAGLINE_RERANKER__MODEL=off",
        "RAGLINE_VECTOR_STORE__URL=postgresql://user:password@other",
        given={"RAGLINE_RERANKER__MODEL": "off"},
    )
    shown = {each.name: (each.shadow, each.otherwise) for each in second.settings}
    assert shown == {
        COLLECTION: ("V2", "Chunks"),  # the default
        "RAGLINE_VECTOR_STORE__URL": ("(secret)", "(secret)"),
    }


def test_an_index_goes_before_the_environment_and_after_what_is_stated() -> None:
    finer = {COLLECTION: "Index_finer", "RAGLINE_EMBEDDING__MODEL": "finer"}
    second = second_configuration(
        {COLLECTION: "Mine"}, addresses=STORE, given={COLLECTION: "V1"}, index=finer
    )
    assert second.environment[COLLECTION] == "Mine"
    assert second.environment["RAGLINE_EMBEDDING__MODEL"] == "finer"


def test_the_report_compares_the_index_with_the_live_one() -> None:
    live = {COLLECTION: "Index_live", "RAGLINE_INGESTOR__CHUNK_TARGET": "300"}
    same = second_configuration({}, addresses=STORE, given={}, index=live, live=live)
    assert same.settings == []
    base = second_configuration({}, addresses=STORE, given={}, live=live)
    assert COLLECTION not in base.environment
    shown = {each.name: (each.shadow, each.otherwise) for each in base.settings}
    assert shown[COLLECTION] == ("Chunks", "Index_live")
    assert shown["RAGLINE_INGESTOR__CHUNK_TARGET"][1] == "300"


def test_answers_never_come_from_the_cache() -> None:
    assert configured().environment["RAGLINE_GENERATOR__CACHE_TENANTS"] == "[]"
    with pytest.raises(Misconfigured, match="no cached answers"):
        configured('RAGLINE_GENERATOR__CACHE_TENANTS=["*"]')


@pytest.mark.parametrize(
    "name",
    [
        "RAGLINE_LLM__MODLE",
        "RAGLINE_KAFKA__BOOTSTRAP_SERVERS",  # the questions come from there
        "RAGLINE_HTTP__PORT",
        "RAGLINE_INGESTOR__CHUNK_TARGET",  # nothing is ingested
        "PATH",
    ],
)
def test_what_a_shadow_cannot_change_is_refused_by_name(name: str) -> None:
    with pytest.raises(Misconfigured, match=name):
        configured(f"{name}=1")


def test_a_value_that_cannot_work_is_refused_with_its_setting() -> None:
    with pytest.raises(Misconfigured, match="RAGLINE_GENERATOR__MIN_SUPPORT"):
        configured("RAGLINE_GENERATOR__MIN_SUPPORT=7")
    with pytest.raises(Misconfigured, match=COLLECTION):
        configured(f"{COLLECTION}=not a name")


def test_another_model_needs_a_server_to_ask() -> None:
    with pytest.raises(Misconfigured, match="RAGLINE_LLM__BASE_URL"):
        configured(f"{MODEL}=small")
    second = configured("RAGLINE_LLM__BASE_URL=http://llm", f"{MODEL}=small")
    assert second.environment[MODEL] == "small"


def test_the_command_line_goes_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / "second.env"
    file.write_text(
        f"# the second\nexport {COLLECTION}=V2\nRAGLINE_LLM__MODEL='a model'\n", encoding="utf-8"
    )
    stated = stated_settings([f"{COLLECTION}=V3"], file, {PLANS: "new.toml", MODEL: None})
    assert stated == {COLLECTION: "V3", MODEL: "a model", PLANS: "new.toml"}


def test_contradictions_and_slips_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="stated twice"):
        stated_settings([f"{COLLECTION}=V3"], None, {COLLECTION: "V2"})
    with pytest.raises(Misconfigured, match="NAME=VALUE"):
        stated_settings([COLLECTION], None, {})
    (tmp_path / "bad.env").write_text("RAGLINE_LLM__MODEL\n", encoding="utf-8")
    with pytest.raises(Misconfigured, match="RAGLINE_LLM__MODEL has no value"):
        stated_settings([], tmp_path / "bad.env", {})


def test_the_environment_is_as_before_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(COLLECTION, "V1")
    monkeypatch.delenv(MODEL, raising=False)
    with applied({COLLECTION: "V2", MODEL: "small"}):
        assert (os.environ[COLLECTION], os.environ[MODEL]) == ("V2", "small")
    assert os.environ[COLLECTION] == "V1"
    assert MODEL not in os.environ
