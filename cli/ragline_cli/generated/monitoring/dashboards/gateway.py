"""The HTTP door."""

from __future__ import annotations

from ragline_cli.generated.monitoring.panels import Dashboard, Panel

from .queries import quantiles, rate

GATEWAY = Dashboard(
    name="gateway",
    title="Ragline: gateway",
    about="The HTTP door.",
    panels=(
        Panel(
            title="Requests", queries=rate("ragline_gateway_requests_total", "route"), unit="reqps"
        ),
        Panel(
            title="By status",
            queries=rate("ragline_gateway_requests_total", "status"),
            unit="reqps",
        ),
        Panel(
            title="Time of a request",
            queries=quantiles("ragline_gateway_request_seconds", "route"),
            unit="s",
            about="Of an event stream: to its beginning.",
        ),
        Panel(
            title="Refused", queries=rate("ragline_gateway_rejected_total", "reason"), unit="reqps"
        ),
        Panel(title="Open streams", queries={"streams": "sum(ragline_gateway_streams)"}),
        Panel(
            title="Redis",
            queries={
                "{{use}}": "max by (use) (ragline_redis_used_bytes / (ragline_redis_max_bytes > 0))"
            },
            unit="percentunit",
            about="Share of maxmemory; nothing is drawn where it has no limit.",
        ),
    ),
)
