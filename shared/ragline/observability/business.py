"""The monitor's metrics: answers, feedback, documents and drift, each event counted once."""

from __future__ import annotations

from ragline.observability.specs import MetricKind, MetricSpec

BUSINESS: tuple[MetricSpec, ...] = (
    MetricSpec(
        name="ragline_monitor_answers_total",
        kind=MetricKind.COUNTER,
        help="Distinct answers, each attempt once, by status, intent and plan.",
        labels=("status", "intent", "plan"),
    ),
    MetricSpec(
        name="ragline_monitor_cached_answers_total",
        kind=MetricKind.COUNTER,
        help="Distinct answers that were made for an earlier question.",
    ),
    MetricSpec(
        name="ragline_monitor_degradations_total",
        kind=MetricKind.COUNTER,
        help="Optional steps that were skipped for distinct answers, by kind.",
        labels=("kind",),
    ),
    MetricSpec(
        name="ragline_monitor_hops_total",
        kind=MetricKind.COUNTER,
        help="Further looks of distinct answers, by reason and by whether they found passages.",
        labels=("reason", "found"),
    ),
    MetricSpec(
        name="ragline_monitor_claims_total",
        kind=MetricKind.COUNTER,
        help="Claims of distinct answers: supported or unsupported.",
        labels=("support",),
    ),
    MetricSpec(
        name="ragline_monitor_cost_dollars_total",
        kind=MetricKind.COUNTER,
        help="Cost of distinct answers, in US dollars, where a price is known.",
        labels=("plan",),
    ),
    MetricSpec(
        name="ragline_monitor_context_tokens_total",
        kind=MetricKind.COUNTER,
        help="Tokens of the passages before and after compression; the difference was saved.",
        labels=("when",),
    ),
    MetricSpec(
        name="ragline_monitor_model_tokens_total",
        kind=MetricKind.COUNTER,
        help="Tokens that language models read and wrote: prompt or completion.",
        labels=("kind",),
    ),
    MetricSpec(
        name="ragline_monitor_answer_seconds",
        kind=MetricKind.HISTOGRAM,
        help="From submission of the query to its answer, by status.",
        labels=("status",),
    ),
    MetricSpec(
        name="ragline_monitor_feedback_total",
        kind=MetricKind.COUNTER,
        help="Ratings of answers and of their citations, with the answer's intent and plan.",
        labels=("about", "rating", "intent", "plan"),
    ),
    MetricSpec(
        name="ragline_monitor_feedback_unmatched_total",
        kind=MetricKind.COUNTER,
        help="Ratings that are not counted until their answer is known.",
        labels=("reason",),
    ),
    MetricSpec(
        name="ragline_monitor_documents_total",
        kind=MetricKind.COUNTER,
        help="Document changes that ended, by status.",
        labels=("status",),
    ),
    MetricSpec(
        name="ragline_monitor_document_freshness_seconds",
        kind=MetricKind.HISTOGRAM,
        help="From the change event to searchable.",
    ),
    MetricSpec(
        name="ragline_monitor_freshness_objective_total",
        kind=MetricKind.COUNTER,
        help="Changes by whether they were searchable within the objective: met or missed.",
        labels=("outcome",),
    ),
    MetricSpec(
        name="ragline_monitor_dead_letters_total",
        kind=MetricKind.COUNTER,
        help="Dead letters stored by any service, by what their headers say.",
        labels=("topic", "cause", "service"),
    ),
    MetricSpec(
        name="ragline_monitor_repeats_total",
        kind=MetricKind.COUNTER,
        help="Records that had been counted before.",
        labels=("topic",),
    ),
    MetricSpec(
        name="ragline_drift_index",
        kind=MetricKind.GAUGE,
        help="How far a signal is from its past: stability index of a distribution, change of a "
        "rate; NaN while there are too few answers.",
        labels=("signal",),
    ),
    MetricSpec(
        name="ragline_drift_alarm",
        kind=MetricKind.GAUGE,
        help="Whether a signal has drifted beyond its limit: 0 or 1.",
        labels=("signal",),
    ),
    MetricSpec(
        name="ragline_ingest_lag",
        kind=MetricKind.GAUGE,
        help="Records of a topic that the live index's ingestor has not worked off, also those "
        "that are to be tried again.",
        labels=("topic",),
    ),
    MetricSpec(
        name="ragline_index_lag",
        kind=MetricKind.GAUGE,
        help="Records of documents and document-access that an index is behind.",
        labels=("index",),
    ),
    MetricSpec(
        name="ragline_index_live",
        kind=MetricKind.GAUGE,
        help="1 for the index that answers questions, else 0.",
        labels=("index",),
    ),
)
