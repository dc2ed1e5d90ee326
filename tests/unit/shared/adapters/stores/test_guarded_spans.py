"""What traces show of a store's call."""

from __future__ import annotations

from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from ragline.adapters.circuit.bounded_calls import BoundedCalls
from ragline.adapters.circuit.breaker import Breaker
from ragline.adapters.stores.guarded import GuardedStore
from ragline.observability.metrics import Metrics
from ragline.observability.tracer import SpanKind, Tracer, active
from ragline.settings import CircuitSettings
from ragline.testing.store import MemoryCollection, open_memory_store
from ragline.testing.store_contract.builders import DIMENSIONS, FINGERPRINT, ref


async def test_a_stores_call_names_store_and_operation(
    tracer: Tracer, seen: InMemorySpanExporter
) -> None:
    opened = open_memory_store(MemoryCollection(), fingerprint=FINGERPRINT, dimensions=DIMENSIONS)
    async with opened as memory:
        metrics = Metrics()
        limits = BoundedCalls("vector_store", metrics=metrics, reconnect=memory.reconnect)
        breaker = Breaker("vector_store", settings=CircuitSettings(), metrics=metrics)
        store = GuardedStore(memory, breaker, limits, name="pgvector")
        with active(tracer.begin("work", kind=SpanKind.CONSUMER, parent=None)):
            await store.current(ref())
        await store.current(ref())  # of nobody's work: of no trace
    call, _ = seen.get_finished_spans()
    assert call.name == "current pgvector"
    assert call.attributes == {"db.system.name": "pgvector", "db.operation.name": "current"}
