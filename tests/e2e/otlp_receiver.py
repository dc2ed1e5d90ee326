"""A receiver of traces over OTLP/HTTP, as a collector is one; it keeps what it gets."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from tests.patience import PATIENCE_S


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedSpan:
    """A span; times are epoch nanoseconds, ids hexadecimal, `parent` is empty for a root."""

    service: str
    name: str
    trace: str
    id: str
    parent: str
    begun: int
    ended: int
    attributes: dict[str, Any]


@dataclass
class OtlpReceiver:
    """The spans so far."""

    url: str
    spans: list[ReceivedSpan] = field(default_factory=list)

    def of(self, trace: str, complete: Callable[[list[ReceivedSpan]], bool]) -> list[ReceivedSpan]:
        """Return the spans of a trace, once it is complete."""
        until = time.monotonic() + PATIENCE_S
        while True:
            found = [span for span in list(self.spans) if span.trace == trace]
            if complete(found):
                return found
            if time.monotonic() > until:
                raise AssertionError(f"incomplete: {sorted((s.service, s.name) for s in found)}")
            time.sleep(0.05)


@contextmanager
def receiving_traces(port: int = 0) -> Iterator[OtlpReceiver]:
    """Serve `/v1/traces` on `port`, or on a free one."""

    class Export(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers["Content-Encoding"] == "gzip":
                body = gzip.decompress(body)
            assert self.path == "/v1/traces"
            receiver.spans.extend(_spans(ExportTraceServiceRequest.FromString(body)))
            answer = ExportTraceServiceResponse().SerializeToString()
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", port), Export) as server:
        receiver = OtlpReceiver(f"http://127.0.0.1:{server.server_port}")
        Thread(target=server.serve_forever, daemon=True).start()
        yield receiver
        server.shutdown()


def _spans(request: ExportTraceServiceRequest) -> Iterator[ReceivedSpan]:
    for resource in request.resource_spans:
        service = _attributes(resource.resource.attributes)["service.name"]
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield ReceivedSpan(
                    service=service,
                    name=span.name,
                    trace=span.trace_id.hex(),
                    id=span.span_id.hex(),
                    parent=span.parent_span_id.hex(),
                    begun=span.start_time_unix_nano,
                    ended=span.end_time_unix_nano,
                    attributes=_attributes(span.attributes),
                )


def _attributes(pairs: Any) -> dict[str, Any]:
    return {
        pair.key: getattr(pair.value, pair.value.WhichOneof("value") or "string_value")
        for pair in pairs
    }
