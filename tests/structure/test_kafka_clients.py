"""One module makes the aiokafka clients: a second one would read the settings in its own way."""

from __future__ import annotations

import re

from tests.structure.modules import ROOT, product_files

_MADE = re.compile(r"\bAIOKafka(Consumer|Producer|AdminClient)\(")
_PLACE = "shared/ragline/messaging/kafka_clients.py"


def test_every_aiokafka_client_is_made_in_one_module() -> None:
    places = {
        str(file.relative_to(ROOT))
        for file in product_files()
        if _MADE.search(file.read_text(encoding="utf-8"))
    }
    assert places == {_PLACE}


def test_that_module_makes_each_kind_of_client_once() -> None:
    made = _MADE.findall((ROOT / _PLACE).read_text(encoding="utf-8"))
    assert sorted(made) == ["AdminClient", "Consumer", "Producer"]
