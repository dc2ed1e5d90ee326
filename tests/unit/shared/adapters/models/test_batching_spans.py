"""A batch that serves several traces."""

from __future__ import annotations

import asyncio

from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.patience import PATIENCE_S

from ragline.adapters.models.batching import MicroBatcher
from ragline.observability.tracer import SpanKind, Tracer, active


async def test_a_batch_of_several_traces_is_linked_to_each(
    tracer: Tracer, seen: InMemorySpanExporter
) -> None:
    async def run(items: list[int]) -> list[int]:
        return items

    async def ask(item: int) -> int:
        with active(tracer.begin(f"work {item}", kind=SpanKind.CONSUMER, parent=None)):
            return await batcher.submit(item)

    async with (
        MicroBatcher(run, max_size=3, max_wait=PATIENCE_S) as batcher,
        asyncio.timeout(PATIENCE_S),
    ):
        assert await asyncio.gather(*map(ask, range(3))) == [0, 1, 2]
    batch = next(span for span in seen.get_finished_spans() if span.name == "batch")
    assert (batch.attributes or {})["ragline.texts"] == 3
    traces = {each.context.trace_id for each in seen.get_finished_spans() if each.context}
    assert batch.context is not None
    linked = {link.context.trace_id for link in batch.links}
    assert linked | {batch.context.trace_id} == traces
    assert len(linked) == 2
