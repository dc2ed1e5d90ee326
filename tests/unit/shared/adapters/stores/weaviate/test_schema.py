"""How a new collection keeps its vectors, and which one is refused."""

from __future__ import annotations

import pytest

from ragline.adapters.stores.weaviate.schema import _quantizer, check_replicas, check_word_index
from ragline.errors import Misconfigured
from ragline.settings import Quantisation


@pytest.mark.parametrize(
    ("quantisation", "sent"),
    [
        (Quantisation.RQ_8, ("rq", 8)),
        (Quantisation.RQ_1, ("rq", 1)),
        (Quantisation.BQ, ("bq", None)),
    ],
)
def test_quantisation_is_sent_as_the_server_names_it(
    quantisation: Quantisation, sent: tuple[str, int | None]
) -> None:
    made = _quantizer(quantisation)
    assert (made.quantizer_name(), made._to_dict().get("bits")) == sent


def test_no_quantisation_is_said() -> None:
    assert _quantizer(Quantisation.NONE).quantizer_name() == "skipDefaultQuantization"


def test_replicas_are_refused_with_the_setting_to_change() -> None:
    check_replicas("Chunks", 1)
    with pytest.raises(Misconfigured, match=r"Chunks has 3 replicas.*REPLICATION_MINIMUM_FACTOR"):
        check_replicas("Chunks", 3)


def test_an_index_of_words_that_loses_hits_is_refused_with_the_setting_to_change() -> None:
    check_word_index("Chunks", {"invertedIndexConfig": {"bm25": {}}})
    lossy = {"invertedIndexConfig": {"usingBlockMaxWAND": True}}
    with pytest.raises(Misconfigured, match=r"Chunks.*USE_INVERTED_SEARCHABLE=false"):
        check_word_index("Chunks", lossy)
