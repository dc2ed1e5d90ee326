"""Which index a command searches: the live one, unless another one is named."""

from __future__ import annotations

import pytest

from ragline.contracts.indexes import Index, IndexesChanged
from ragline.errors import Misconfigured
from ragline.messaging.kafka_clients import ClientProfile
from ragline.settings import KafkaSettings
from ragline_cli.reindex import searched_index as module
from ragline_cli.reindex.searched_index import index_environment, searched_index

BASE = Index(name="base")
FINER = Index(name="finer", settings={"VECTOR_STORE__COLLECTION": "Index_finer"})
FLIPPED = IndexesChanged(revision=3, live="finer", previous="base", indexes=(BASE, FINER))


@pytest.fixture(autouse=True)
def _flipped(monkeypatch: pytest.MonkeyPatch) -> None:
    async def read(_kafka: KafkaSettings, _profile: ClientProfile) -> IndexesChanged:
        return FLIPPED

    monkeypatch.setattr(module, "read_indexes", read)


async def test_it_is_the_live_one_unless_another_is_named() -> None:
    found = await searched_index(KafkaSettings(), None)
    assert (found.index, found.live) == (FINER, FINER)
    named = await searched_index(KafkaSettings(), "base")
    assert (named.index, named.live) == (BASE, FINER)


async def test_an_unknown_name_is_refused_with_where_to_look() -> None:
    with pytest.raises(Misconfigured, match=r"no index typo.*ragline reindex status"):
        await searched_index(KafkaSettings(), "typo")


def test_its_settings_are_those_of_services() -> None:
    assert index_environment(FINER) == {"RAGLINE_VECTOR_STORE__COLLECTION": "Index_finer"}
