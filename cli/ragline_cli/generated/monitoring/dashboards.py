"""The dashboards: what operators look at, from the whole to the parts."""

from __future__ import annotations

from ragline_cli.generated.monitoring.objectives import OBJECTIVES
from ragline_cli.generated.monitoring.panels import Dashboard, Panel

_SERVICE = "app_kubernetes_io_name"
_OURS = 'app_kubernetes_io_part_of="ragline"'


def _quantiles(metric: str, by: str = "") -> dict[str, str]:
    """Return queries of the 50th and the 95th percentile of a histogram, for each value of `by`."""
    grouping = f"{by}, le" if by else "le"
    prefix = f"{{{{{by}}}}} " if by else ""
    rate = f"sum by ({grouping}) (rate({metric}_bucket[5m]))"
    return {f"{prefix}p{q}": f"histogram_quantile(0.{q}, {rate})" for q in (50, 95)}


def _rate(metric: str, by: str) -> dict[str, str]:
    return {f"{{{{{by}}}}}": f"sum by ({by}) (rate({metric}[5m]))"}


_HEALTH = Dashboard(
    name="health",
    title="Ragline: is it healthy?",
    about="One page. Whatever is not green here has an alert with a runbook.",
    panels=(
        *(
            Panel(
                title=f"{each.name.removeprefix('Ragline')}: budget burnt, 1 h",
                queries={"times the budget": f"{each.ratio('1h')} / {1 - each.target:.3g}"},
                about=f"{each.summary} Above 14.4 somebody is woken.",
                kind="stat",
                width=8,
            )
            for each in OBJECTIVES
        ),
        Panel(
            title="Pods that answer",
            queries={
                "{{app_kubernetes_io_name}}": "sum by (app_kubernetes_io_name) "
                '(up{app_kubernetes_io_part_of="ragline"})'
            },
            width=8,
        ),
        Panel(
            title="Stopped topics, waiting for a dependency",
            queries={
                "{{topic}} (2: stopped)": "max by (topic) (ragline_topic_state) > 0",
                "{{dependency}} is away": "max by (dependency) (ragline_consumption_paused) > 0",
                "{{dependency}}: circuit (2: open)": "max by (dependency) "
                "(ragline_circuit_state) > 0",
            },
            about="Empty when all is well.",
            width=8,
        ),
        Panel(
            title="Ledger (1: can be written)",
            queries={"least": "min(ragline_ledger_up)"},
            width=8,
        ),
        Panel(
            title="Answers", queries=_rate("ragline_monitor_answers_total", "status"), unit="reqps"
        ),
        Panel(
            title="Time to the answer",
            queries=_quantiles("ragline_monitor_answer_seconds"),
            unit="s",
        ),
    ),
)

_PIPELINE = Dashboard(
    name="pipeline",
    title="Ragline: pipeline",
    about="Each topic's consumer: how much comes, how long it waits, how long the work takes.",
    panels=(
        Panel(title="Records", queries=_rate("ragline_records_total", "topic"), unit="reqps"),
        Panel(title="By outcome", queries=_rate("ragline_records_total", "outcome"), unit="reqps"),
        Panel(
            title="Wait for work to begin",
            queries=_quantiles("ragline_record_wait_seconds", "topic"),
            unit="s",
            about="Grows before anything else when a stage has too few pods.",
        ),
        Panel(title="Work", queries=_quantiles("ragline_record_work_seconds", "topic"), unit="s"),
        Panel(
            title="In flight, and waiting for their turn",
            queries={
                "{{topic}} in flight": "sum by (topic) (ragline_records_in_flight)",
                "{{topic}} waiting": "sum by (topic) (ragline_records_waiting)",
                "for their tenant's turn": "sum(ragline_admission_waiting)",
            },
        ),
        Panel(
            title="Backlog behind the classifier, and what the stages finish",
            queries={
                "questions": "max(ragline_backlog_records)",
                "finished per second": "max(ragline_backlog_capacity)",
                "shed per second": "sum(rate(ragline_shed_total[5m]))",
            },
        ),
        Panel(title="Retries", queries=_rate("ragline_retries_total", "code"), unit="reqps"),
        Panel(
            title="Dead letters", queries=_rate("ragline_dead_letters_total", "cause"), unit="reqps"
        ),
        Panel(
            title="Rebalances, deaths, failed commits",
            queries={
                "{{topic}} assigned": "sum by (topic) (increase(ragline_rebalances_total[5m]))",
                "{{topic}} deaths": "sum by (topic) (increase(ragline_worker_deaths_total[5m]))",
                "{{topic}} commits failed": "sum by (topic) "
                "(increase(ragline_commit_failures_total[5m]))",
            },
        ),
        Panel(
            title="Dependencies that work goes without",
            queries={
                **_rate("ragline_degraded_dependency_total", "dependency"),
                "{{dependency}} refused by its circuit": "sum by (dependency) "
                "(rate(ragline_circuit_refused_total[5m]))",
                "{{dependency}} abandoned": "sum by (dependency) "
                "(rate(ragline_calls_abandoned_total[5m]))",
            },
            unit="reqps",
        ),
        Panel(
            title="Given to a model, without a result yet",
            queries={"{{model}}": "sum by (model) (ragline_model_waiting)"},
            about="Texts, or pairs of texts. A question waits for what is before it.",
        ),
        Panel(
            title="Read together by a model",
            queries=_quantiles("ragline_model_batch_items", "model"),
            about="Models that read each text alone stay at 1.",
        ),
        Panel(
            title="Event loop, late",
            queries=_quantiles("ragline_event_loop_lag_seconds", _SERVICE),
            unit="s",
            about="What blocks it delays every record; also a pod whose processor time is limited.",
        ),
        Panel(
            title="Processor time",
            queries={
                f"{{{{{_SERVICE}}}}}": f"sum by ({_SERVICE}) "
                f"(rate(process_cpu_seconds_total{{{_OURS}}}[5m]))"
            },
            about="Cores; without the children that parse documents.",
        ),
        Panel(
            title="Memory of the largest pod",
            queries={
                f"{{{{{_SERVICE}}}}}": f"max by ({_SERVICE}) "
                f"(process_resident_memory_bytes{{{_OURS}}})"
            },
            unit="bytes",
        ),
        Panel(
            title="Versions",
            queries={
                "{{service}} {{version}}, Python {{python}}": "count by (service, version, python) "
                "(ragline_build_info)"
            },
            kind="stat",
            about="Pods of each; two versions of one service during a roll-out.",
        ),
    ),
)

_DOCUMENTS = Dashboard(
    name="documents",
    title="Ragline: documents",
    about="From a change event to searchable.",
    panels=(
        Panel(
            title="Changes ended",
            queries=_rate("ragline_monitor_documents_total", "status"),
            unit="reqps",
        ),
        Panel(
            title="From the change to searchable",
            queries=_quantiles("ragline_monitor_document_freshness_seconds"),
            unit="s",
        ),
        Panel(
            title="Objective of freshness",
            queries=_rate("ragline_monitor_freshness_objective_total", "outcome"),
            unit="reqps",
        ),
        Panel(
            title="Waiting for the ingestor",
            queries={"{{topic}}": "max by (topic) (ragline_ingest_lag)"},
            about="Records that are not worked off, with those that wait to be tried again.",
        ),
        Panel(
            title="Embeddings", queries=_rate("ragline_embeddings_total", "origin"), unit="reqps"
        ),
        Panel(
            title="Parser processes that a document ended",
            queries=_rate("ragline_parsers_lost_total", "reason"),
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

_CLAIMS = "ragline_monitor_claims_total"
_TOKENS = "ragline_monitor_context_tokens_total"

_ANSWERS = Dashboard(
    name="answers",
    title="Ragline: answers, quality and cost",
    about="What readers get, and what it costs; each distinct answer counted once.",
    panels=(
        Panel(
            title="By status",
            queries=_rate("ragline_monitor_answers_total", "status"),
            unit="reqps",
        ),
        Panel(
            title="By intent",
            queries=_rate("ragline_monitor_answers_total", "intent"),
            unit="reqps",
        ),
        Panel(
            title="Claims that their sources support",
            queries={
                "supported": f'sum(rate({_CLAIMS}{{support="supported"}}[30m])) '
                f"/ sum(rate({_CLAIMS}[30m]))"
            },
            unit="percentunit",
        ),
        Panel(
            title="Refused",
            queries={
                "share": '(sum(rate(ragline_monitor_answers_total{status="refused"}[30m])) '
                "or vector(0)) / sum(rate(ragline_monitor_answers_total[30m]))"
            },
            unit="percentunit",
            about="Nothing was found that answers the question.",
        ),
        Panel(
            title="Went without",
            queries=_rate("ragline_monitor_degradations_total", "kind"),
            unit="reqps",
        ),
        Panel(
            title="Thumbs",
            queries={
                "{{about}} {{rating}}": "sum by (about, rating) "
                "(increase(ragline_monitor_feedback_total[1h]))"
            },
        ),
        Panel(
            title="Cost an hour",
            queries={
                "{{plan}}": "sum by (plan) (increase(ragline_monitor_cost_dollars_total[1h]))"
            },
            unit="currencyUSD",
        ),
        Panel(
            title="Tokens",
            queries={
                **_rate("ragline_monitor_model_tokens_total", "kind"),
                "passages {{when}} compression": f"sum by (when) (rate({_TOKENS}[5m]))",
            },
        ),
        Panel(
            title="Drift",
            queries={"{{signal}}": "max by (signal) (ragline_drift_index)"},
            about="How far a signal is from the week before; RaglineDrift fires beyond its limit.",
        ),
        Panel(
            title="From cache",
            queries={
                "answers": "sum(rate(ragline_monitor_cached_answers_total[5m]))",
                "look-ups: {{outcome}}": "sum by (outcome) (rate(ragline_answer_cache_total[5m]))",
            },
            unit="reqps",
        ),
    ),
)

_GATEWAY = Dashboard(
    name="gateway",
    title="Ragline: gateway",
    about="The HTTP door.",
    panels=(
        Panel(
            title="Requests", queries=_rate("ragline_gateway_requests_total", "route"), unit="reqps"
        ),
        Panel(
            title="By status",
            queries=_rate("ragline_gateway_requests_total", "status"),
            unit="reqps",
        ),
        Panel(
            title="Time of a request",
            queries=_quantiles("ragline_gateway_request_seconds", "route"),
            unit="s",
            about="Of an event stream: to its beginning.",
        ),
        Panel(
            title="Refused", queries=_rate("ragline_gateway_rejected_total", "reason"), unit="reqps"
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

DASHBOARDS = (_HEALTH, _PIPELINE, _DOCUMENTS, _ANSWERS, _GATEWAY)
