"""Strimzi KafkaUsers: an account for each service and one for KEDA, with the least that they need.

Reading or writing a topic includes seeing it. No service writes in transactions, and none creates,
alters or deletes anything: operators do that, with accounts that are made for them.
"""

from __future__ import annotations

from collections.abc import Iterable

from ragline.contracts.topics import (
    CONSUMERS,
    LAG_READERS,
    TOPICS,
    Service,
    consumed_by,
    groups_of,
)
from ragline_cli.generated.manifests.metadata import Object, everything, full_name, manifest
from ragline_cli.generated.manifests.values import KAFKA_CLUSTER, SCALER

_READ, _WRITE, _DESCRIBE = "Read", "Write", "Describe"


def kafka_users() -> list[Object]:
    """Return the accounts, with passwords that Strimzi makes."""
    accounts = {service: service_acls(service) for service in Service}
    return [kafka_user(name, acls) for name, acls in (accounts | {SCALER: scaler_acls()}).items()]


def service_acls(service: Service) -> list[Object]:
    """Return what the registry says that `service` does: its topics, its groups, others' lag."""
    acls = []
    for topic in TOPICS:
        reads, writes = service in topic.readers, service in topic.producers
        if reads or writes:
            acls.append(rule("topic", topic.name, [_READ] * reads + [_WRITE] * writes))
    if service in CONSUMERS:
        acls.append(_groups(service, _READ))
    watched = LAG_READERS.get(service, ())
    seen = {acl["resource"]["name"] for acl in acls}
    return [*acls, *(acl for acl in _lag_of(watched) if acl["resource"]["name"] not in seen)]


def scaler_acls() -> list[Object]:
    """Return what KEDA needs: to see how far each group is behind, and no record."""
    return _lag_of(CONSUMERS)


def _lag_of(services: Iterable[Service]) -> list[Object]:
    services = tuple(services)
    topics = dict.fromkeys(topic.name for service in services for topic in consumed_by(service))
    groups = [_groups(service, _DESCRIBE) for service in services]
    return [*(rule("topic", name, [_DESCRIBE]) for name in topics), *groups]


def _groups(service: Service, operation: str) -> Object:
    """Return the rule for all groups of `service`: the ingestor of each index has its own."""
    return rule("group", groups_of(service), [operation], pattern="prefix")


def rule(kind: str, name: str, operations: Iterable[str], pattern: str = "literal") -> Object:
    """Return a rule about a resource; the pattern `prefix` is for all whose names begin so."""
    resource = {"type": kind, "name": name, "patternType": pattern}
    return {"resource": resource, "operations": list(operations)}


def kafka_user(name: str, acls: list[Object]) -> Object:
    """Return an account of Strimzi's, whose password it makes."""
    spec: Object = {
        "authentication": {"type": "scram-sha-512"},
        "authorization": {"type": "simple", "acls": acls},
    }
    labels = everything() | {"strimzi.io/cluster": KAFKA_CLUSTER}
    return manifest("kafka.strimzi.io/v1", "KafkaUser", full_name(name), spec, labels=labels)
