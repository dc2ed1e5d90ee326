"""All metrics of our own: one typed list. Dashboards and alerts are checked against it."""

from __future__ import annotations

from ragline.observability.business import BUSINESS
from ragline.observability.specs import MetricKind, MetricSpec

CATALOGUE: tuple[MetricSpec, ...] = (
    MetricSpec(
        name="ragline_records_total",
        kind=MetricKind.COUNTER,
        help="Records handled, by outcome: published, noted, skipped, expired, shed, retried, "
        "dead.",
        labels=("topic", "outcome"),
    ),
    MetricSpec(
        name="ragline_record_wait_seconds",
        kind=MetricKind.HISTOGRAM,
        help="From append to the topic until work starts.",
        labels=("topic",),
    ),
    MetricSpec(
        name="ragline_record_work_seconds",
        kind=MetricKind.HISTOGRAM,
        help="From the start of work until the output is stored.",
        labels=("topic",),
    ),
    MetricSpec(
        name="ragline_records_in_flight",
        kind=MetricKind.GAUGE,
        help="Records being worked on.",
        labels=("topic",),
    ),
    MetricSpec(
        name="ragline_records_waiting",
        kind=MetricKind.GAUGE,
        help="Records taken that wait: for their tenant's turn, or for what they ask for.",
        labels=("topic",),
    ),
    MetricSpec(
        name="ragline_retries_total",
        kind=MetricKind.COUNTER,
        help="Attempts repeated after a transient error, by error code.",
        labels=("topic", "code"),
    ),
    MetricSpec(
        name="ragline_dead_letters_total",
        kind=MetricKind.COUNTER,
        help="Records stored as dead letters, by cause.",
        labels=("topic", "cause"),
    ),
    MetricSpec(
        name="ragline_topic_state",
        kind=MetricKind.GAUGE,
        help="Consumption of a topic: 0 running, 1 half-open (one record is tried), 2 stopped by a "
        "flood of dead letters.",
        labels=("topic",),
    ),
    MetricSpec(
        name="ragline_topic_stops_total",
        kind=MetricKind.COUNTER,
        help="Times that a flood of dead letters stopped a topic, also after a record was tried.",
        labels=("topic",),
    ),
    MetricSpec(
        name="ragline_publishers_limited",
        kind=MetricKind.GAUGE,
        help="Publishers whose records are worked on one at a time: nearly all are unusable.",
    ),
    MetricSpec(
        name="ragline_consumption_paused",
        kind=MetricKind.GAUGE,
        help="1 while records wait for a dependency that is away.",
        labels=("dependency",),
    ),
    MetricSpec(
        name="ragline_misplaced_keys_total",
        kind=MetricKind.COUNTER,
        help="Records whose key is in another partition than murmur2 gives it.",
        labels=("topic",),
    ),
    MetricSpec(
        name="ragline_commit_failures_total",
        kind=MetricKind.COUNTER,
        help="Offset commits that failed; the next one covers them.",
        labels=("topic",),
    ),
    MetricSpec(
        name="ragline_rebalances_total",
        kind=MetricKind.COUNTER,
        help="Times that partitions were assigned to this member.",
        labels=("topic",),
    ),
    MetricSpec(
        name="ragline_worker_deaths_total",
        kind=MetricKind.COUNTER,
        help="Partitions that were assigned to this member and whose last owner died.",
        labels=("topic",),
    ),
    MetricSpec(
        name="ragline_answers_total",
        kind=MetricKind.COUNTER,
        help="Terminal answers published by this service, by status.",
        labels=("status",),
    ),
    MetricSpec(
        name="ragline_answer_repeats_total",
        kind=MetricKind.COUNTER,
        help="Answers that another attempt had claimed first and that were published again.",
    ),
    MetricSpec(
        name="ragline_ledger_unavailable_total",
        kind=MetricKind.COUNTER,
        help="Answers published without a claim because the ledger was down.",
    ),
    MetricSpec(
        name="ragline_ledger_up",
        kind=MetricKind.GAUGE,
        help="Whether this process can write to the ledger's Redis: 1 or 0.",
        begins_at_zero=False,
    ),
    MetricSpec(
        name="ragline_ledger_failures_total",
        kind=MetricKind.COUNTER,
        help="Looks at the ledger's Redis that failed, by error code, for example "
        "credentials_refused.",
        labels=("code",),
    ),
    MetricSpec(
        name="ragline_redis_used_bytes",
        kind=MetricKind.GAUGE,
        help="Memory that a Redis uses, by use: ledger, caches.",
        labels=("use",),
    ),
    MetricSpec(
        name="ragline_redis_max_bytes",
        kind=MetricKind.GAUGE,
        help="`maxmemory` of a Redis, by use: ledger, caches; 0 is no limit.",
        labels=("use",),
    ),
    MetricSpec(
        name="ragline_shed_total",
        kind=MetricKind.COUNTER,
        help="Queries shed as overloaded, because their turn would have come after their deadline.",
    ),
    MetricSpec(
        name="ragline_admission_waiting",
        kind=MetricKind.GAUGE,
        help="Queries that wait for their tenant's turn.",
    ),
    MetricSpec(
        name="ragline_backlog_records",
        kind=MetricKind.GAUGE,
        help="Queries that wait or are in flight in the stages behind the classifier.",
    ),
    MetricSpec(
        name="ragline_backlog_capacity",
        kind=MetricKind.GAUGE,
        help="Queries per second that the stages behind the classifier were observed to finish.",
    ),
    MetricSpec(
        name="ragline_degradations_total",
        kind=MetricKind.COUNTER,
        help="Optional steps that were skipped, by kind; counted where the answer is published.",
        labels=("kind",),
    ),
    MetricSpec(
        name="ragline_answer_seconds",
        kind=MetricKind.HISTOGRAM,
        help="From submission of the query to its answer.",
    ),
    MetricSpec(
        name="ragline_answer_cache_total",
        kind=MetricKind.COUNTER,
        help="Look-ups in the answer cache, by outcome: hit, miss, unreadable.",
        labels=("outcome",),
    ),
    MetricSpec(
        name="ragline_first_text_seconds",
        kind=MetricKind.HISTOGRAM,
        help="From the start of the generator's work until readers can see the first text.",
    ),
    MetricSpec(
        name="ragline_gateway_requests_total",
        kind=MetricKind.COUNTER,
        help="HTTP requests, by route and class of status (2xx, 4xx; none: cut off).",
        labels=("route", "status"),
    ),
    MetricSpec(
        name="ragline_gateway_rejected_total",
        kind=MetricKind.COUNTER,
        help="HTTP requests answered with a problem, by its code, for example no-credentials.",
        labels=("reason",),
    ),
    MetricSpec(
        name="ragline_gateway_request_seconds",
        kind=MetricKind.HISTOGRAM,
        help="From a request to the end of its response, of an event stream to its beginning.",
        labels=("route",),
    ),
    MetricSpec(
        name="ragline_gateway_streams",
        kind=MetricKind.GAUGE,
        help="Event streams that are open on this replica.",
    ),
    MetricSpec(
        name="ragline_documents_total",
        kind=MetricKind.COUNTER,
        help="Document changes ended, by status.",
        labels=("status",),
    ),
    MetricSpec(
        name="ragline_document_freshness_seconds",
        kind=MetricKind.HISTOGRAM,
        help="From the change event to searchable.",
    ),
    MetricSpec(
        name="ragline_parsers_lost_total",
        kind=MetricKind.COUNTER,
        help="Parser processes that a document ended, by reason: timeout, cpu, memory, crash, "
        "abandoned.",
        labels=("reason",),
    ),
    MetricSpec(
        name="ragline_embeddings_total",
        kind=MetricKind.COUNTER,
        help="Document embeddings by origin: computed or cached.",
        labels=("origin",),
    ),
    MetricSpec(
        name="ragline_access_recorded_total",
        kind=MetricKind.COUNTER,
        help="Statements of who may read a document that were repeated on document-access.",
    ),
    MetricSpec(
        name="ragline_degraded_dependency_total",
        kind=MetricKind.COUNTER,
        help="Calls to an optional dependency that failed; the work went on without them.",
        labels=("dependency",),
    ),
    MetricSpec(
        name="ragline_circuit_state",
        kind=MetricKind.GAUGE,
        help="Circuit breaker of a dependency: 0 closed, 1 half-open (trial under way), 2 open.",
        labels=("dependency",),
    ),
    MetricSpec(
        name="ragline_circuit_opened_total",
        kind=MetricKind.COUNTER,
        help="Times that a circuit breaker opened, also after a trial that failed.",
        labels=("dependency",),
    ),
    MetricSpec(
        name="ragline_circuit_refused_total",
        kind=MetricKind.COUNTER,
        help="Calls that were not made because the circuit breaker was open.",
        labels=("dependency",),
    ),
    MetricSpec(
        name="ragline_calls_abandoned_total",
        kind=MetricKind.COUNTER,
        help="Calls that ignored their time limit and were abandoned with their connection.",
        labels=("dependency",),
    ),
    MetricSpec(
        name="ragline_build_info",
        kind=MetricKind.GAUGE,
        help="1, with the version of the service and of Python.",
        labels=("service", "version", "python"),
    ),
    MetricSpec(
        name="ragline_event_loop_lag_seconds",
        kind=MetricKind.HISTOGRAM,
        help="How late the event loop ran what was due, looked at once a second.",
    ),
    MetricSpec(
        name="ragline_model_waiting",
        kind=MetricKind.GAUGE,
        help="Texts, or pairs of texts, that were given to a model here and have no result yet.",
        labels=("model",),
    ),
    MetricSpec(
        name="ragline_model_batch_items",
        kind=MetricKind.HISTOGRAM,
        help="Texts, or pairs of texts, that a model here read together.",
        labels=("model",),
        buckets=(1, 2, 4, 8, 16, 32, 64, 128),
    ),
    *BUSINESS,
)
