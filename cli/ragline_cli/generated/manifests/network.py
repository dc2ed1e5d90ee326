"""Network policies: only the connections that a service needs are allowed.

Weaviate listens for gRPC, profiling and gossip on all interfaces, regardless of `--host`, so only
the policy keeps those ports closed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ragline.contracts.topics import Service
from ragline_cli.generated.manifests.metadata import (
    Object,
    everything,
    full_name,
    manifest,
    selector,
)
from ragline_cli.generated.manifests.values import (
    API_PORT,
    HTTP_PORT,
    INGRESS_CONTROLLER,
    MONITORING_NAMESPACE,
    SIZING,
)
from ragline_cli.generated.settings_table import Setting

KAFKA_PORTS = (9092, 9093)
REDIS_PORT = 6379
WEAVIATE_PORTS = (8080, 50051)
WEAVIATE_CLUSTER_PORTS = (7946, 7947, 8300, 8301)
_POSTGRES_PORT = 5432
_CHROMA_PORT = 8000
_QDRANT_PORT = 6333
# the policies let services reach every store that may be configured; only Weaviate is deployed here
_STORE_PORTS = (*WEAVIATE_PORTS, _POSTGRES_PORT, _CHROMA_PORT, _QDRANT_PORT)
_LINK_LOCAL = "169.254.0.0/16"  # cloud metadata: no event may make a service read it
_NODE_LOCAL_DNS = "169.254.20.10/32"  # its default in Kubernetes' documentation
_ANY_NAMESPACE: Object = {"namespaceSelector": {}}


def policies(settings: Mapping[Service, Iterable[Setting]]) -> list[Object]:
    """Return the default deny policy, one policy per service and those of the stores."""
    readers = [service for service in settings if _uses(settings[service], "vector_store")]
    return [
        _deny_all(),
        *(_service(service, vectors=service in readers) for service in settings),
        _weaviate(readers),
        _redis("redis"),
        _redis("redis-cache"),
    ]


def _uses(settings: Iterable[Setting], group: str) -> bool:
    return any(setting.group == group for setting in settings)


def _deny_all() -> Object:
    spec: Object = {
        "podSelector": {"matchLabels": everything()},
        "policyTypes": ["Ingress", "Egress"],
    }
    return _policy(full_name("deny-all"), spec)


def _service(service: Service, *, vectors: bool) -> Object:
    stores = (*KAFKA_PORTS, REDIS_PORT, *(_STORE_PORTS if vectors else ()))
    egress = [_dns(), {"to": [_ANY_NAMESPACE], "ports": _tcp(*stores)}]
    if SIZING[service].https_egress:
        outside = {"cidr": "0.0.0.0/0", "except": [_LINK_LOCAL]}
        egress.append({"to": [{"ipBlock": outside}], "ports": _tcp(443)})
    monitoring = {"kubernetes.io/metadata.name": MONITORING_NAMESPACE}
    ingress: list[Object] = [
        {"from": [{"namespaceSelector": {"matchLabels": monitoring}}], "ports": _tcp(HTTP_PORT)}
    ]
    if service is Service.GATEWAY:
        ingress.append(_from_outside())
    spec: Object = {
        "podSelector": {"matchLabels": selector(service)},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": ingress,
        "egress": egress,
    }
    return _policy(full_name(service), spec)


def _from_outside() -> Object:
    controllers = {"podSelector": {"matchLabels": dict(INGRESS_CONTROLLER)}}
    return {"from": [_ANY_NAMESPACE | controllers], "ports": _tcp(API_PORT)}


def _weaviate(readers: Iterable[Service]) -> Object:
    # Weaviate's own Helm chart sets this label too
    pods = {"app.kubernetes.io/name": "weaviate"}
    peers = [{"podSelector": {"matchLabels": pods}}]
    cluster = _tcp(*WEAVIATE_PORTS, *WEAVIATE_CLUSTER_PORTS) + _udp(*WEAVIATE_CLUSTER_PORTS[:2])
    spec: Object = {
        "podSelector": {"matchLabels": pods},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [
            {
                "from": [{"podSelector": {"matchLabels": selector(r)}} for r in readers],
                "ports": _tcp(*WEAVIATE_PORTS),
            },
            {"from": peers, "ports": cluster},
        ],
        "egress": [_dns(), {"to": peers, "ports": cluster}],
    }
    return _policy(full_name("weaviate"), spec)


def _redis(name: str) -> Object:
    spec: Object = {
        "podSelector": {"matchLabels": {"app.kubernetes.io/name": name}},
        "policyTypes": ["Ingress"],
        "ingress": [
            {
                "from": [{"podSelector": {"matchLabels": everything()}}],
                "ports": _tcp(REDIS_PORT),
            }
        ],
    }
    return _policy(full_name(name), spec)


def _dns() -> Object:
    """Allow DNS: pods of any namespace, and NodeLocal DNSCache, an address of the node itself."""
    node_local = {"ipBlock": {"cidr": _NODE_LOCAL_DNS}}
    return {"to": [_ANY_NAMESPACE, node_local], "ports": _tcp(53) + _udp(53)}


def _tcp(*ports: int) -> list[Object]:
    return [{"protocol": "TCP", "port": port} for port in ports]


def _udp(*ports: int) -> list[Object]:
    return [{"protocol": "UDP", "port": port} for port in ports]


def _policy(name: str, spec: Object) -> Object:
    return manifest("networking.k8s.io/v1", "NetworkPolicy", name, spec, labels=everything())
