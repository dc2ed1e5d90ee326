"""What a process measures, for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

from ragline.observability.catalogue import CATALOGUE
from ragline.observability.specs import MetricKind, MetricSpec
from ragline.observability.tracer import active_span


class Metrics:
    """The catalogue's metrics and the process's (`process_…`), in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._counters: dict[str, Counter] = {}
        self._gauges: dict[str, Gauge] = {}
        self._untold = {spec.name for spec in CATALOGUE if not spec.begins_at_zero}
        self._histograms: dict[str, Histogram] = {}
        for spec in CATALOGUE:
            self._add(spec)

    def _add(self, spec: MetricSpec) -> None:
        args = (spec.name, spec.help, tuple(spec.labels))
        match spec.kind:
            case MetricKind.COUNTER:
                self._counters[spec.name] = Counter(*args, registry=self.registry)
            case MetricKind.GAUGE:
                registry = self.registry if spec.begins_at_zero else None
                self._gauges[spec.name] = Gauge(*args, registry=registry)
            case MetricKind.HISTOGRAM:
                self._histograms[spec.name] = Histogram(
                    *args, registry=self.registry, buckets=spec.buckets
                )

    def count(self, name: str, amount: float = 1, **labels: str) -> None:
        """Add to a counter.

        Raises:
            KeyError: the catalogue has no counter of this name.
        """
        counter = self._counters[name]
        (counter.labels(**labels) if labels else counter).inc(amount)

    def observe(self, name: str, value: float, **labels: str) -> None:
        """Add an observation, in the unit that the name states.

        Its exemplar is the trace of what is being worked on, if that is recorded.

        Raises:
            KeyError: the catalogue has no histogram of this name.
        """
        histogram = self._histograms[name]
        (histogram.labels(**labels) if labels else histogram).observe(value, _exemplar())

    def set(self, name: str, value: float, **labels: str) -> None:
        """Set a gauge.

        Raises:
            KeyError: the catalogue has no gauge of this name.
        """
        gauge = self._gauges[name]
        if name in self._untold:
            self._untold.remove(name)
            self.registry.register(gauge)
        (gauge.labels(**labels) if labels else gauge).set(value)

    def without(self, dependency: str) -> None:
        """Count a failed call to an optional dependency, without which the work went on."""
        self.count("ragline_degraded_dependency_total", dependency=dependency)


def _exemplar() -> dict[str, str] | None:
    span = active_span()
    return {"trace_id": span.trace.trace_id} if span.recorded and span.trace else None
