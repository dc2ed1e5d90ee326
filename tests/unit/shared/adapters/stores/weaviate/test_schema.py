"""How a new collection keeps its vectors."""

from __future__ import annotations

import pytest

from ragline.adapters.stores.weaviate.schema import _quantizer
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
