"""A model's load: what waits for it, and what it reads together."""

from __future__ import annotations

from ragline.adapters.models.load import ModelLoad
from ragline.observability.metrics import Metrics

MODEL = {"model": "reader"}


def waiting(metrics: Metrics) -> float | None:
    return metrics.registry.get_sample_value("ragline_model_waiting", MODEL)


def test_what_is_given_to_the_model_waits_until_it_has_a_result() -> None:
    metrics = Metrics()
    load = ModelLoad(metrics, "reader")

    with load.waiting(3):
        with load.waiting(2):
            assert waiting(metrics) == 5
        assert waiting(metrics) == 3

    assert waiting(metrics) == 0


async def test_each_batch_is_counted_with_its_size() -> None:
    metrics = Metrics()

    async def read(texts: list[str]) -> list[int]:
        return [len(text) for text in texts]

    counted = ModelLoad(metrics, "reader").reading(read)

    assert list(await counted(["a", "bc"])) == [1, 2]
    assert list(await counted(["abc"])) == [3]
    value = metrics.registry.get_sample_value
    assert value("ragline_model_batch_items_count", MODEL) == 2
    assert value("ragline_model_batch_items_sum", MODEL) == 3
    assert value("ragline_model_batch_items_bucket", MODEL | {"le": "1.0"}) == 1
