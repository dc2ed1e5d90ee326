"""What an answer costs, and what is wrong with a price file."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from ragline.contracts.answers import Usage
from ragline.errors import Misconfigured
from ragline.model_settings import LlmSettings
from ragline.observability.metrics import Metrics
from ragline_generator.app import compose
from ragline_generator.settings import GeneratorSettings
from ragline_generator.writing.cost import ModelCall, with_cost
from ragline_generator.writing.prices import PACKAGED, Price, PriceTable, load

CHEAP = Price(prompt=1.0, completion=2.0)
DEAR = Price(prompt=10.0, completion=20.0)
TABLE = PriceTable({"gpt-4o": DEAR, "gpt-4o-mini": CHEAP, "gpt-4o-2024-05-13": CHEAP})


@pytest.mark.parametrize(
    ("model", "price"),
    [
        ("gpt-4o", DEAR),
        ("gpt-4o-2024-11-20", DEAR),
        ("gpt-4o-2024-05-13", CHEAP),
        ("gpt-4o-mini-2024-07-18", CHEAP),
        ("gpt-4o-mini-20240718", CHEAP),
        ("gpt-4o-0806", DEAR),
        ("gpt-4o-latest", DEAR),
        ("gpt-4o-audio", None),
        ("gpt-4o-32k", None),
        ("gpt-4", None),
        ("gpt-4o2024-11-20", None),
        ("", None),
        ("-2024-07-18", None),
    ],
)
def test_a_dated_name_has_its_familys_price(model: str, price: Price | None) -> None:
    assert TABLE.price(model) == price


def test_the_packaged_table_says_of_when_it_is_and_that_prices_change() -> None:
    content = tomllib.loads(PACKAGED.read_text(encoding="utf-8"))

    assert isinstance(content["as_of"], date)
    assert "Prices change" in content["note"]
    assert load().price(LlmSettings().model) is not None


def test_an_operators_prices_go_before_the_packaged_ones(tmp_path: Path) -> None:
    own = tmp_path / "prices.toml"
    own.write_text(
        '[models]\n"gpt-4o-mini" = {prompt = 7, completion = 8}\nmine.prompt = 0\n'
        "mine.completion = 0\n"
    )

    table = load(str(own))

    assert table.price("gpt-4o-mini") == Price(prompt=7, completion=8)
    assert table.price("mine") == Price(prompt=0, completion=0)
    assert table.price("gpt-4o") == load().price("gpt-4o")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('[models."gpt-4o"]\nprompt = -1\ncompletion = 1', '[models."gpt-4o"] prompt'),
        ('[models."gpt-4o"]\nprompt = 1', '[models."gpt-4o"] completion'),
        ("[models.m]\nprompt = 1\ncompletion = nan", "[models.m] completion"),
        ("[models.m]\nprompt = 1\ncompletion = 1\ninput = 2", "[models.m] input"),
        ("[models]\nm = 3", "[models.m]:"),
        ("[model.m]\nprompt = 1", "model: "),
        ("", "models: "),
        ("[models", "no valid TOML"),
    ],
)
def test_what_is_wrong_is_named_at_the_start(tmp_path: Path, text: str, names: str) -> None:
    own = tmp_path / "prices.toml"
    own.write_text(text)

    with pytest.raises(Misconfigured) as caught:
        load(str(own))

    assert names in str(caught.value)
    assert str(own) in str(caught.value)


async def test_the_service_does_not_start_without_its_prices() -> None:
    settings = GeneratorSettings(llm=LlmSettings(prices_file="/nowhere/prices.toml"))

    with pytest.raises(Misconfigured, match=re.escape("/nowhere/prices.toml")):
        async with compose(settings, Metrics()):
            pass


def test_all_calls_are_added_up_and_the_servers_name_goes_first() -> None:
    calls = [
        ModelCall(model="gpt-4o-mini", prompt_tokens=1_000_000, completion_tokens=0),
        ModelCall(
            model="mine", served_as="gpt-4o-2024-11-20", prompt_tokens=0, completion_tokens=1_000
        ),
    ]

    usage = with_cost(Usage(context_tokens_after=5), calls, TABLE)

    assert (usage.prompt_tokens, usage.completion_tokens) == (1_000_000, 1_000)
    assert usage.cost == pytest.approx(1.02)
    assert usage.context_tokens_after == 5


@pytest.mark.parametrize("calls", [[], [ModelCall(model="unknown"), ModelCall(model="gpt-4o")]])
def test_a_cost_is_unknown_rather_than_wrong(calls: list[ModelCall]) -> None:
    assert with_cost(Usage(), calls, TABLE).cost is None
