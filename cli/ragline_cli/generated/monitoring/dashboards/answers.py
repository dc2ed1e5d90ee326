"""What readers get, and what it costs."""

from __future__ import annotations

from ragline_cli.generated.monitoring.panels import Dashboard, Panel

from .queries import rate

_CLAIMS = "ragline_monitor_claims_total"
_TOKENS = "ragline_monitor_context_tokens_total"

ANSWERS = Dashboard(
    name="answers",
    title="Ragline: answers, quality and cost",
    about="What readers get, and what it costs; each distinct answer counted once.",
    panels=(
        Panel(
            title="By status",
            queries=rate("ragline_monitor_answers_total", "status"),
            unit="reqps",
        ),
        Panel(
            title="By intent",
            queries=rate("ragline_monitor_answers_total", "intent"),
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
            queries=rate("ragline_monitor_degradations_total", "kind"),
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
                **rate("ragline_monitor_model_tokens_total", "kind"),
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
