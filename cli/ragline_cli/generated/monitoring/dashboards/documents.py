"""From a change event to searchable."""

from __future__ import annotations

from ragline_cli.generated.monitoring.panels import Dashboard, Panel

from .queries import quantiles, rate

DOCUMENTS = Dashboard(
    name="documents",
    title="Ragline: documents",
    about="From a change event to searchable.",
    panels=(
        Panel(
            title="Changes ended",
            queries=rate("ragline_monitor_documents_total", "status"),
            unit="reqps",
        ),
        Panel(
            title="From the change to searchable",
            queries=quantiles("ragline_monitor_document_freshness_seconds"),
            unit="s",
        ),
        Panel(
            title="Objective of freshness",
            queries=rate("ragline_monitor_freshness_objective_total", "outcome"),
            unit="reqps",
        ),
        Panel(
            title="Waiting for the ingestor",
            queries={"{{topic}}": "max by (topic) (ragline_ingest_lag)"},
            about="Records that are not worked off, with those that wait to be tried again.",
        ),
        Panel(title="Embeddings", queries=rate("ragline_embeddings_total", "origin"), unit="reqps"),
        Panel(
            title="Parser processes that a document ended",
            queries=rate("ragline_parsers_lost_total", "reason"),
            unit="reqps",
        ),
        Panel(
            title="Publishers to talk to",
            queries={
                "limited": "sum(ragline_publishers_limited)",
                "{{topic}}: misplaced keys": "sum by (topic) "
                "(increase(ragline_misplaced_keys_total[1h]))",
            },
        ),
    ),
)
