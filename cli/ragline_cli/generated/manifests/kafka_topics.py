"""Strimzi KafkaTopics, one per topic of the registry."""

from __future__ import annotations

from ragline.contracts.topics import TOPICS, Topic
from ragline_cli.generated.manifests.metadata import Object, everything, manifest
from ragline_cli.generated.manifests.values import KAFKA_CLUSTER, MIN_IN_SYNC, REPLICATION

# Strimzi deletes a topic with its resource, and `documents` is the truth that indexes are made of:
# neither Argo CD nor Flux removes what they no longer find in the repository
_KEPT = {
    "argocd.argoproj.io/sync-options": "Prune=false,Delete=false",
    "kustomize.toolkit.fluxcd.io/prune": "disabled",
}


def kafka_topics() -> list[Object]:
    """Return the topics, replicated for production."""
    return [_topic(topic) for topic in TOPICS]


def _topic(topic: Topic) -> Object:
    spec: Object = {
        "partitions": topic.partitions,
        "replicas": REPLICATION,
        "config": topic.config | {"min.insync.replicas": str(MIN_IN_SYNC)},
    }
    labels = everything() | {"strimzi.io/cluster": KAFKA_CLUSTER}
    return manifest(
        "kafka.strimzi.io/v1",
        "KafkaTopic",
        topic.name,
        spec,
        labels=labels,
        annotations=dict(_KEPT),
    )
