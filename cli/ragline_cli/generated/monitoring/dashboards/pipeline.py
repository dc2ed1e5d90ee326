"""Each topic's consumer, its models and its processes."""

from __future__ import annotations

from ragline_cli.generated.monitoring.panels import Dashboard, Panel

from .queries import OURS, SERVICE, quantiles, rate

PIPELINE = Dashboard(
    name="pipeline",
    title="Ragline: pipeline",
    about="Each topic's consumer: how much comes, how long it waits, how long the work takes.",
    panels=(
        Panel(title="Records", queries=rate("ragline_records_total", "topic"), unit="reqps"),
        Panel(title="By outcome", queries=rate("ragline_records_total", "outcome"), unit="reqps"),
        Panel(
            title="Wait for work to begin",
            queries=quantiles("ragline_record_wait_seconds", "topic"),
            unit="s",
            about="Grows before anything else when a stage has too few pods.",
        ),
        Panel(title="Work", queries=quantiles("ragline_record_work_seconds", "topic"), unit="s"),
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
        Panel(title="Retries", queries=rate("ragline_retries_total", "code"), unit="reqps"),
        Panel(
            title="Dead letters", queries=rate("ragline_dead_letters_total", "cause"), unit="reqps"
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
                **rate("ragline_degraded_dependency_total", "dependency"),
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
            queries=quantiles("ragline_model_batch_items", "model"),
            about="Models that read each text alone stay at 1.",
        ),
        Panel(
            title="Event loop, late",
            queries=quantiles("ragline_event_loop_lag_seconds", SERVICE),
            unit="s",
            about="What blocks it delays every record; also a pod whose processor time is limited.",
        ),
        Panel(
            title="Processor time",
            queries={
                f"{{{{{SERVICE}}}}}": f"sum by ({SERVICE}) "
                f"(rate(process_cpu_seconds_total{{{OURS}}}[5m]))"
            },
            about="Cores; without the children that parse documents.",
        ),
        Panel(
            title="Memory of the largest pod",
            queries={
                f"{{{{{SERVICE}}}}}": f"max by ({SERVICE}) "
                f"(process_resident_memory_bytes{{{OURS}}})"
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
