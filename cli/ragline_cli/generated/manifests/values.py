"""The values that the manifests define: sizes, scaling and the settings that a cluster needs.

Everything else is read from the topic registry and the settings classes. What is requested follows
a load test with the default models (`deploy/scaling.md`, "Requests"); limits leave room for others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from ragline.contracts.topics import Service, Topic, consumed_by
from ragline.settings import HttpSettings, KafkaSettings

PART_OF = "ragline"
KAFKA_CLUSTER = "ragline"
SECRET = "ragline-secrets"  # noqa: S105 - the name of a Secret, not one
COMMON_CONFIG = "ragline-common"
HTTP_PORT = HttpSettings().port
API_PORT = 8_080
MONITORING_NAMESPACE = "monitoring"
# Pods, in any namespace, that may call the gateway: those of the NGINX ingress controller
INGRESS_CONTROLLER: Mapping[str, str] = MappingProxyType(
    {"app.kubernetes.io/name": "nginx-ingress"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizing:
    """Resources of one pod, in Kubernetes quantities.

    `scratch` is the size limit of /tmp. `https_egress` lets the pod call servers outside of the
    cluster: model hubs, language models, vector stores (Pinecone), document URIs, the keys of a
    token issuer.
    """

    cpu: str
    cpu_limit: str
    memory: str
    memory_limit: str
    scratch: str = "256Mi"
    https_egress: bool = False


_LIGHT = Sizing(cpu="100m", cpu_limit="1", memory="128Mi", memory_limit="512Mi")
_MODEL = Sizing(cpu="500m", cpu_limit="2", memory="384Mi", memory_limit="2Gi")

SIZING: Mapping[Service, Sizing] = MappingProxyType(
    {
        Service.CLASSIFIER: replace(_LIGHT, https_egress=True),
        Service.RETRIEVER: replace(_MODEL, https_egress=True),
        # without a cross-encoder, which needs a core and 1 GiB
        Service.RERANKER: replace(
            _MODEL, cpu="250m", memory="128Mi", scratch="2Gi", https_egress=True
        ),
        Service.GENERATOR: replace(_LIGHT, cpu="250m", memory="256Mi", https_egress=True),
        # beside the model, as much as all its parser processes may take
        Service.INGESTOR: replace(
            _MODEL, memory="768Mi", memory_limit="4Gi", scratch="1Gi", https_egress=True
        ),
        # One event loop uses one core; memory depends on the number of open streams
        Service.GATEWAY: Sizing(
            cpu="500m", cpu_limit="1", memory="512Mi", memory_limit="1Gi", https_egress=True
        ),
        Service.MONITOR: _LIGHT,
    }
)

# Addresses are not set here: each overlay or component sets that of its Kafka
COMMON_SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "RAGLINE_HTTP__HOST": "*",  # probes come from outside the pod
        "RAGLINE_HTTP__PORT": str(HTTP_PORT),
        "RAGLINE_LOG__FORMAT": "json",
        "RAGLINE_PROCESS__RESPAWNS": "5",  # two more than a record that kills its worker needs
    }
)
KAFKA_CA_DIR = "/etc/ragline/kafka-ca"
STRIMZI_SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        # KEDA reads the lag from a namespace of its own. The overlay fills in its own one: a name
        # written here would lead a staging overlay to production's topics
        "RAGLINE_KAFKA__BOOTSTRAP_SERVERS": f"{KAFKA_CLUSTER}-kafka-bootstrap.NAMESPACE.svc:9093",
        "RAGLINE_KAFKA__SECURITY_PROTOCOL": "SASL_SSL",
        "RAGLINE_KAFKA__SASL_MECHANISM": "SCRAM-SHA-512",
        "RAGLINE_KAFKA__SSL_CAFILE": f"{KAFKA_CA_DIR}/ca.crt",
    }
)
SCALER = "keda"  # whose account KEDA uses
# Each service has an account of its own at Kafka, and its password is in a Secret of the account's
# name, as Strimzi makes it
KAFKA_USERNAME = "RAGLINE_KAFKA__SASL_USERNAME"
KAFKA_PASSWORD = "RAGLINE_KAFKA__SASL_PASSWORD"  # noqa: S105 - the name of a setting
KAFKA_PASSWORD_KEY = "password"  # noqa: S105 - the key in that Secret

REPLICATION = 3
MIN_IN_SYNC = 2

# A pod processes `max_in_flight` records at once, and uncommitted records count as lag: at 1.5
# times that, half as many more are waiting. The value must be below the records per pod that the
# classifier's admission allows downstream (`least_window`); otherwise an overloaded stage would
# never reach the lag that triggers another pod.
LAG_PER_POD = 3 * KafkaSettings().max_in_flight // 2
# Most of the classifier's lag waits in its admission queue for the downstream stages, which another
# classifier would not make faster
DOOR_LAG_PER_POD = 512
# The monitor does little work per record, and nobody waits for it
WATCHER_LAG_PER_POD = 1_024
# Records on a retry topic mostly wait for their delay, which another pod would not shorten
RETRY_LAG_FACTOR = 10
MIN_REPLICAS = 2

# The gateway has no consumer lag: each pod reads all of `answers`, without a consumer group
GATEWAY_MAX_REPLICAS = 10
GATEWAY_CPU_PERCENT = 80  # of the requested CPU

# In addition to the drain: revoke, last commit, leaving the group and closing the adapters
_STOP_MARGIN_S = 15
_GRACE_PERIOD_S = int(KafkaSettings().drain_timeout_s) + _STOP_MARGIN_S
# Proxies learn of a stopping pod only seconds after it does: until then the pod keeps serving
PRE_STOP_S = 10


def max_replicas(service: Service) -> int:
    """Return the most pods that can have work: the partitions of the smallest inbound topic."""
    return min(topic.partitions for topic in consumed_by(service))


def min_replicas(service: Service) -> int:
    """Return the fewest pods; one is enough for the monitor, because nobody waits for it."""
    return 1 if service is Service.MONITOR else MIN_REPLICAS


def lag_per_pod(service: Service, topic: Topic) -> int:
    """Return how many records of lag on `topic` justify one pod of `service`."""
    special = {Service.CLASSIFIER: DOOR_LAG_PER_POD, Service.MONITOR: WATCHER_LAG_PER_POD}
    factor = 1 if topic.delay_s is None else RETRY_LAG_FACTOR
    return special.get(service, LAG_PER_POD) * factor


def pre_stop_s(service: Service) -> int:
    """Return how many seconds a pod keeps serving after it was told to stop."""
    return PRE_STOP_S if service is Service.GATEWAY else 0


def grace_period_s(service: Service) -> int:
    """Return how many seconds a pod may take to stop."""
    return _GRACE_PERIOD_S + pre_stop_s(service)
