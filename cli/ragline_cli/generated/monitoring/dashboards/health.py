"""The first look: one page that says whether anything is wrong."""

from __future__ import annotations

from ragline_cli.generated.monitoring.objectives import OBJECTIVES
from ragline_cli.generated.monitoring.panels import Dashboard, Panel

from .queries import OURS, SERVICE, quantiles, rate

HEALTH = Dashboard(
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
            queries={f"{{{{{SERVICE}}}}}": f"sum by ({SERVICE}) (up{{{OURS}}})"},
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
            title="Answers", queries=rate("ragline_monitor_answers_total", "status"), unit="reqps"
        ),
        Panel(
            title="Time to the answer",
            queries=quantiles("ragline_monitor_answer_seconds"),
            unit="s",
        ),
    ),
)
