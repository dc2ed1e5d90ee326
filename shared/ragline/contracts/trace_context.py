"""W3C Trace Context: which trace a record or a request belongs to, and the span it comes from."""

from __future__ import annotations

import re
from dataclasses import dataclass

TRACEPARENT = "traceparent"
TRACESTATE = "tracestate"

_FORM = re.compile(r"^[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$")
# more need not be passed on (section 3.3.1.5)
_STATE_CHARS = 512
_SAMPLED = 1


@dataclass(frozen=True, slots=True)
class TraceContext:
    """The place of a span: `traceparent` as the standard has it, and a vendor's `tracestate`."""

    traceparent: str
    tracestate: str | None = None

    @property
    def trace_id(self) -> str:
        """The trace, as 32 hexadecimal digits."""
        return self.traceparent[3:35]

    @property
    def span_id(self) -> str:
        """The span, as 16 hexadecimal digits."""
        return self.traceparent[36:52]

    @property
    def sampled(self) -> bool:
        """Whether who began the trace records it."""
        return bool(int(self.traceparent[53:], 16) & _SAMPLED)

    @property
    def headers(self) -> dict[str, str]:
        """What to send along."""
        state = {} if self.tracestate is None else {TRACESTATE: self.tracestate}
        return {TRACEPARENT: self.traceparent, **state}


def read_trace(traceparent: str | None, tracestate: str | None) -> TraceContext | None:
    """Return the context that two headers state; None if the first is missing or unreadable."""
    if traceparent is None or not _FORM.match(traceparent):
        return None
    fits = tracestate and len(tracestate) <= _STATE_CHARS and tracestate.isprintable()
    return TraceContext(traceparent, tracestate if fits else None)
