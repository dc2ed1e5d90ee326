"""Settings groups: environment variables `RAGLINE_<GROUP>__<NAME>`, read when an app starts.

Each service's settings class derives from `ServiceSettings` and adds the groups that it needs.
Secrets are `SecretStr` and never logged; `RAGLINE_<GROUP>__<NAME>_FILE` reads one from a file.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings import PydanticBaseSettingsSource as Source

from ragline.contracts import bounds
from ragline.contracts.topics import MAX_RECORD_BYTES
from ragline.ladder import Ladder
from ragline.secret_files import EnvironmentWithSecretFiles

Port = Annotated[int, Field(ge=0, le=65_535)]
PositiveInt = Annotated[int, Field(gt=0)]
PositiveFloat = Annotated[float, Field(gt=0)]


def problems(error: ValidationError) -> list[str]:
    """Return what is wrong with the settings, a line for each variable, without their values."""
    return [f"{_variable(each['loc'])}: {each['msg']}" for each in error.errors()]


def _variable(location: tuple[int | str, ...]) -> str:
    """Return `RAGLINE_<GROUP>__<NAME>`; what is inside of a value has no variable of its own."""
    return "RAGLINE_" + "__".join(str(part).upper() for part in location[:2])


class Group(BaseModel):
    """One group of settings; an unknown name is an error rather than silently ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class KafkaSettings(Group):
    """How to reach Kafka and how to consume; the defaults were measured."""

    bootstrap_servers: str = Field("localhost:9092", description="host:port, comma-separated")
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="encryption and authentication of the connection"
    )
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"] = Field(
        "PLAIN", description="mechanism with a SASL protocol; PLAIN when empty"
    )
    sasl_username: str | None = Field(
        None, description="user name, required with a SASL protocol but OAUTHBEARER"
    )
    sasl_password: SecretStr | None = Field(
        None, description="password, required with a SASL protocol but OAUTHBEARER"
    )
    sasl_token_file: str | None = Field(
        None,
        description="file with the token for OAUTHBEARER, for example a projected service account "
        "token; read again for each connection",
    )
    ssl_cafile: str | None = Field(
        None, description="CA certificates (PEM) for TLS; the system's when empty"
    )
    ssl_certfile: str | None = Field(
        None, description="the client's certificate (PEM), where the broker asks for one"
    )
    ssl_keyfile: str | None = Field(
        None, description="its key (PEM); in the certificate's file when empty"
    )
    client_rack: str | None = Field(
        None,
        description="zone of this process, as in the brokers' `broker.rack`: it reads from a "
        "replica in its own zone where the brokers allow that",
    )
    group_instance_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,150}$")] | None = Field(
        None,
        description="name that outlives this process, such as its pod's: started again after it "
        "died, it gets its partitions back at once instead of after the session timeout; no two "
        "processes of a service may have the same",
    )
    isolation_level: Literal["read_committed", "read_uncommitted"] = Field(
        "read_committed",
        description="whether records of open and aborted transactions are left out, or taken",
    )
    max_in_flight: PositiveInt = Field(32, description="records processed at the same time")
    spare_in_flight: Annotated[int, Field(ge=0)] = Field(
        8, description="and this many more, one for each tenant that has none in process"
    )
    max_waiting: PositiveInt = Field(
        256, description="records taken that wait for their tenant's turn"
    )
    max_waiting_bytes: PositiveInt = Field(
        32 * 1024 * 1024, description="bytes of those records, after which no more are taken"
    )
    max_ahead: PositiveInt = Field(
        512,
        description="how far work may run ahead of the oldest unfinished record, in records; "
        "bounds the repeats after a crash",
    )
    commit_interval_ms: PositiveInt = Field(250, description="how often offsets are committed")
    session_timeout_ms: PositiveInt = Field(
        6_000, description="time after which a dead member is detected"
    )
    heartbeat_interval_ms: PositiveInt = Field(
        2_000, description="time between heartbeats; a third of the session timeout"
    )
    rebalance_timeout_ms: PositiveInt = Field(
        30_000, description="how long the group waits for a member to rejoin"
    )
    revoke_wait_s: PositiveFloat = Field(
        3.0, description="how long to wait for records in flight of revoked partitions"
    )
    drain_timeout_s: PositiveFloat = Field(
        20.0, description="how long to wait for records in flight when stopping"
    )
    fetch_max_wait_ms: PositiveInt = Field(
        500,
        description="how long a broker holds an empty fetch, once nothing has come for 30 s at"
        " least 2,000; a record ends it at once",
    )
    max_request_size: PositiveInt = Field(MAX_RECORD_BYTES, description="most bytes of one record")

    @field_validator("sasl_mechanism", mode="before")
    @classmethod
    def _plain_when_empty(cls, value: Any) -> Any:
        return value or "PLAIN"

    @model_validator(mode="after")
    def _has_credentials(self) -> Self:
        if self.uses_tokens:
            if not self.sasl_token_file:
                raise ValueError("OAUTHBEARER needs a token: set RAGLINE_KAFKA__SASL_TOKEN_FILE")
        elif self.uses_sasl and not (self.sasl_username and self.sasl_password):
            raise ValueError(
                f"{self.security_protocol} needs a user and a password: set "
                "RAGLINE_KAFKA__SASL_USERNAME and RAGLINE_KAFKA__SASL_PASSWORD"
            )
        return self

    @property
    def uses_tls(self) -> bool:
        """Whether the connection is encrypted."""
        return self.security_protocol.endswith("SSL")

    @property
    def uses_sasl(self) -> bool:
        """Whether the connection needs a user and a password, or a token."""
        return self.security_protocol.startswith("SASL")

    @property
    def uses_tokens(self) -> bool:
        """Whether it needs a token."""
        return self.uses_sasl and self.sasl_mechanism == "OAUTHBEARER"


class RedisSettings(Group):
    """Redis: embeddings cache, answer ledger, token stream."""

    url: SecretStr = Field(
        SecretStr("redis://localhost:6379/0"), description="redis:// or rediss://, with credentials"
    )
    url_file: str | None = Field(
        None,
        description="file that holds the URL instead, for example a mounted secret; its user and "
        "password are read again for each connection",
    )
    cache_url: SecretStr | None = Field(
        None,
        description="a Redis of the caches' own, which may evict; they share the ledger's when "
        "empty",
    )
    cache_url_file: str | None = Field(
        None, description="file that holds the URL of the caches' Redis instead"
    )
    cache_fill: float = Field(
        0.75,
        gt=0,
        le=1,
        description="share of `maxmemory` above which caches write nothing more into a Redis that "
        "does not evict",
    )
    timeout_s: PositiveFloat = Field(1.0, description="limit for connecting and for one reply")
    pool_size: PositiveInt = Field(64, description="most connections of one process")
    answer_ttl_s: PositiveInt = Field(
        172_800, description="how long an answer stays claimed; longer than the topics' retention"
    )
    embedding_ttl_s: PositiveInt = Field(
        30 * 86_400, description="how long an embedding is kept after its last write"
    )
    stream_ttl_s: PositiveInt = Field(3_600, description="how long a token stream is kept")
    stream_coalesce_ms: PositiveInt = Field(
        40, description="tokens that arrive within this time share an entry"
    )
    stream_maxlen: PositiveInt = Field(10_000, description="most entries of one token stream")

    @property
    def caches(self) -> Self:
        """How to reach the Redis of the caches; the ledger's unless they have one of their own."""
        if self.cache_url is None and self.cache_url_file is None:
            return self
        own = {"url": self.cache_url or self.url, "url_file": self.cache_url_file}
        return self.model_copy(update=own)


class StoreKind(StrEnum):
    """Which vector store."""

    WEAVIATE = "weaviate"
    PGVECTOR = "pgvector"
    CHROMA = "chroma"
    QDRANT = "qdrant"
    PINECONE = "pinecone"


class Quantisation(StrEnum):
    """How an index keeps vectors: whole, or as codes of 8 bits or of 1 bit for each dimension.

    RQ is rotational, BQ binary quantisation; Weaviate compares the best codes' whole vectors again.
    """

    NONE = "none"
    RQ_8 = "rq8"
    RQ_1 = "rq1"
    BQ = "bq"


class VectorStoreSettings(Group):
    """The vector store.

    `url` is `postgresql://…` for pgvector, `https://api.pinecone.io` for Pinecone, else
    `http://host:port`.
    """

    kind: StoreKind = Field(StoreKind.WEAVIATE, description="which store")
    url: SecretStr = Field(
        SecretStr("http://localhost:8080"), description="http(s)://… or postgresql://…"
    )
    url_file: str | None = Field(
        None,
        description="file that holds the URL instead, for example a mounted secret; for PostgreSQL "
        "it is read again for each connection",
    )
    grpc_host: str = Field("", description="host of Weaviate's gRPC port; that of the URL if empty")
    grpc_port: Port = Field(50_051, description="Weaviate's gRPC port")
    api_key: SecretStr | None = Field(
        None, description="the server's API key (not pgvector); Pinecone needs one, others may not"
    )
    collection: str = Field(
        "Chunks", pattern=r"^[A-Z][A-Za-z0-9_]{0,62}$", description="collection of the chunks"
    )
    timeout_s: PositiveFloat = Field(10.0, description="limit of one call")
    pool_size: PositiveInt = Field(
        8,
        description="connections to PostgreSQL or Chroma; for Pinecone, documents that an ingestor "
        "writes at once",
    )
    quantisation: Quantisation = Field(
        Quantisation.NONE,
        description="of the vectors in Weaviate's index: `none`, `rq8`, `rq1` or `bq`; counts when "
        "the collection is made",
    )
    pinecone_region: str = Field(
        "aws:us-east-1",
        pattern=r"^[a-z]+:[a-z0-9-]+$",
        description="cloud and region of Pinecone's index; counts when the collection is made",
    )
    freshness_s: PositiveFloat = Field(
        60.0,
        description="how long a call waits until an eventually consistent store (Pinecone) shows "
        "what was written",
    )


class LadderSettings(Group):
    """The degrade ladder: below how many seconds left for work an optional step is skipped."""

    one_look_s: float = Field(7.0, ge=0, description="no second look")
    less_rerank_s: float = Field(6.0, ge=0, description="half of the rerank depth")
    no_rerank_s: float = Field(4.0, ge=0, description="no reranking")
    keyword_only_s: float = Field(3.5, ge=0, description="keyword search only")
    extractive_s: float = Field(3.0, ge=0, description="no language model")

    def ladder(self) -> Ladder:
        """Return the ladder."""
        return Ladder(**self.model_dump())


class EventSettings(Group):
    """How large events may become on their way through the pipeline."""

    max_candidate_bytes: Annotated[int, Field(ge=bounds.CANDIDATE_BYTES)] = Field(
        bounds.CANDIDATES_BYTES,
        description="JSON bytes of a question's candidates together, half a record at most; "
        "the best are passed on",
    )

    def candidate_bytes(self, record_bytes: int) -> int:
        """Return how many bytes candidates may take in records of at most `record_bytes`."""
        return min(self.max_candidate_bytes, record_bytes // 2)


class HttpSettings(Group):
    """Probes and metrics: `/health/live`, `/health/ready`, `/metrics`."""

    host: str = Field(
        "127.0.0.1",
        description="address to listen on; `*` is every one, of IPv4 and IPv6, as in a container",
    )
    port: Port = Field(8_000, description="0 picks a free port")
    liveness_max_stall_s: PositiveFloat = Field(
        60.0, description="liveness fails if consumers make no progress for this long"
    )


class ProcessSettings(Group):
    """What becomes of a process that a signal ends: a crash in a library, the memory limit."""

    respawns: int = Field(
        0,
        ge=0,
        description="how often within ten minutes it is followed at once by another, forked from a "
        "parent that has imported everything; 0 leaves that to whoever runs it",
    )


class LogSettings(Group):
    """Logs go to standard output, one line per log record."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="lowest level that is written"
    )
    format: Literal["text", "json"] = Field("json", description="for people or for collectors")


class TracesSettings(Group):
    """Traces, exported over OTLP; the images need the extra `traces` for them."""

    endpoint: Annotated[str, Field(pattern=r"^https?://")] | None = Field(
        None,
        description="base URL of an OTLP receiver over HTTP, such as a collector's "
        "`http://otel-collector:4318`; there are no traces when empty",
    )
    share: float = Field(
        0.1,
        ge=0,
        le=1,
        description="of the traces that begin here, how many are recorded; a record or request "
        "that belongs to a trace follows its `traceparent`",
    )


class DeliverySettings(Group):
    """Retries within the deadline, claims and leases, limits on floods of dead letters."""

    default_deadline_s: PositiveFloat = Field(
        60.0, description="deadline of queries if neither they nor their plan state one"
    )
    ledger_grace_s: float = Field(
        10.0,
        ge=0,
        description="how long answers wait for a ledger that is down; then they go out unclaimed",
    )
    lease_s: PositiveFloat = Field(
        6.0, description="time after which a reservation of an answer expires if it is not renewed"
    )
    retry_initial_s: PositiveFloat = Field(0.1, description="first back-off before a retry")
    retry_max_s: PositiveFloat = Field(
        5.0, description="longest back-off; it doubles with each retry, with jitter"
    )
    flood_window: PositiveInt = Field(
        200, description="records over which the share of dead letters of our own fault is taken"
    )
    flood_ratio: float = Field(
        0.5, gt=0, le=1, description="share of dead letters in the window that stops the topic"
    )
    flood_run: PositiveInt = Field(50, description="dead letters in a row that stop the topic")
    flood_pause_s: PositiveFloat = Field(
        10.0, description="first pause before a stopped topic tries one record; doubles each time"
    )
    flood_pause_max_s: PositiveFloat = Field(300.0, description="longest pause of a stopped topic")
    lane_window: PositiveInt = Field(
        20, description="records of one publisher over which the share of unusable ones is taken"
    )
    lane_ratio: float = Field(
        0.9,
        gt=0,
        le=1,
        description="share of unusable records from which on a publisher's documents are worked on "
        "one at a time; until it is half of that",
    )


class CircuitSettings(Group):
    """Circuit breakers of the vector store and of each language model."""

    failures: PositiveInt = Field(5, description="failed calls in a row that open a circuit")
    cooldown_s: PositiveFloat = Field(
        5.0,
        description="how long a circuit stays open before a trial call; longer if the dependency "
        "asks for it",
    )
    patience_s: PositiveFloat = Field(
        1.0, description="a call cut off by its deadline counts as failed if it waited this long"
    )


class EnvironmentSettings(BaseSettings):
    """What is read from the environment, and from the files that it names."""

    # `hide_input_in_errors`: an error about a group would show its passwords
    model_config = SettingsConfigDict(
        env_prefix="RAGLINE_",
        env_nested_delimiter="__",
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: Source,
        env_settings: Source,
        dotenv_settings: Source,
        file_secret_settings: Source,
    ) -> tuple[Source, ...]:
        """Put what code states before the environment."""
        return init_settings, EnvironmentWithSecretFiles(settings_cls)


class ServiceSettings(EnvironmentSettings):
    """The groups that every service has."""

    kafka: KafkaSettings = KafkaSettings()
    redis: RedisSettings = RedisSettings()
    http: HttpSettings = HttpSettings()
    process: ProcessSettings = ProcessSettings()
    log: LogSettings = LogSettings()
    traces: TracesSettings = TracesSettings()
    delivery: DeliverySettings = DeliverySettings()
    circuit: CircuitSettings = CircuitSettings()
