"""KEDA: each consumer scales slowly, on the lag of its own topics.

aiokafka supports only eager rebalancing: the whole group stops for a moment when a member joins or
leaves. Scaling is therefore slow on purpose: few pods at a time, long windows.
"""

from __future__ import annotations

from ragline.contracts.topics import Service, Topic, consumed_by, consumer_group
from ragline_cli.generated.manifests.metadata import (
    Object,
    everything,
    full_name,
    manifest,
    selector,
)
from ragline_cli.generated.manifests.values import (
    KAFKA_CLUSTER,
    KAFKA_PASSWORD_KEY,
    SCALER,
    STRIMZI_SETTINGS,
    lag_per_pod,
    max_replicas,
    min_replicas,
)

AUTHENTICATION = full_name("kafka")
_ACCOUNT = full_name(SCALER)
# KEDA's names for the values of the setting `sasl_mechanism`
_MECHANISMS = {
    "PLAIN": "plaintext",
    "SCRAM-SHA-256": "scram_sha256",
    "SCRAM-SHA-512": "scram_sha512",
}
_BEHAVIOR: Object = {
    "scaleUp": {
        "stabilizationWindowSeconds": 60,
        "policies": [{"type": "Pods", "value": 2, "periodSeconds": 60}],
    },
    "scaleDown": {
        "stabilizationWindowSeconds": 600,
        "policies": [{"type": "Pods", "value": 1, "periodSeconds": 120}],
    },
}


def scaled_object(service: Service) -> Object:
    """Return the ScaledObject: from the fewest pods to one per partition."""
    spec: Object = {
        "scaleTargetRef": {"name": full_name(service)},
        "pollingInterval": 15,
        "cooldownPeriod": 300,
        "minReplicaCount": min_replicas(service),
        "maxReplicaCount": max_replicas(service),
        # When the lag cannot be read, keep the current number of pods
        "fallback": {
            "failureThreshold": 3,
            "replicas": min_replicas(service),
            "behavior": "currentReplicasIfHigher",
        },
        "advanced": {"horizontalPodAutoscalerConfig": {"behavior": _BEHAVIOR}},
        "triggers": [_trigger(service, topic) for topic in consumed_by(service)],
    }
    return manifest(
        "keda.sh/v1alpha1", "ScaledObject", full_name(service), spec, labels=selector(service)
    )


def to_zero(service: Service) -> list[Object]:
    """Return the JSON patch of a ScaledObject that ends all pods while nothing waits."""
    return [
        {"op": "replace", "path": "/spec/minReplicaCount", "value": 0},
        # When the lag cannot be read, one pod works at least. With 0, KEDA would end all instead
        {"op": "replace", "path": "/spec/fallback/replicas", "value": 1},
        *(
            operation
            for number, topic in enumerate(consumed_by(service))
            for operation in _woken_by(f"/spec/triggers/{number}", topic)
        ),
    ]


def _woken_by(trigger: str, topic: Topic) -> list[Object]:
    return [
        # a list is patched by position: refuse another order of triggers
        {"op": "test", "path": f"{trigger}/metadata/topic", "value": topic.name},
        # More than 0: the first record starts a pod. KEDA compares the whole lag with it, also that
        # which `excludePersistentLag` hides from the autoscaler
        {"op": "add", "path": f"{trigger}/metadata/activationLagThreshold", "value": "0"},
        # Only where all pods may end does KEDA look by itself, beside the autoscaler. A look takes
        # a partition for stopped whose offset has not moved since the last one, whoever made that:
        # let the autoscaler have what KEDA saw, so that there is always a whole interval between
        {"op": "add", "path": f"{trigger}/useCachedMetrics", "value": True},
    ]


def _trigger(service: Service, topic: Topic) -> Object:
    return {
        "type": "kafka",
        "name": topic.name.replace(".", "-"),
        "authenticationRef": {"name": AUTHENTICATION},
        "metadata": {
            # what the pods are told: an overlay that changes the address changes it for both
            "bootstrapServersFromEnv": "RAGLINE_KAFKA__BOOTSTRAP_SERVERS",
            "consumerGroup": consumer_group(service, topic),
            "topic": topic.name,
            "lagThreshold": str(lag_per_pod(service, topic)),
            "offsetResetPolicy": "earliest",
            "allowIdleConsumers": "false",
            # Lag of partitions that nobody commits is no lack of pods: a topic that has stopped, or
            # a store that is away, would otherwise ask for more of the same
            "excludePersistentLag": "true",
            "tls": "enable",
            "sasl": _MECHANISMS[STRIMZI_SETTINGS["RAGLINE_KAFKA__SASL_MECHANISM"]],
        },
    }


def scaler_account() -> Object:
    """Return KEDA's user name at Kafka, where its trigger can read it."""
    return manifest("v1", "ConfigMap", _ACCOUNT, labels=everything()) | {
        "data": {"username": _ACCOUNT}
    }


def trigger_authentication() -> Object:
    """Return how KEDA reaches Kafka: an account of its own and the cluster's CA."""
    spec: Object = {
        "configMapTargetRef": [{"parameter": "username", "name": _ACCOUNT, "key": "username"}],
        "secretTargetRef": [
            {"parameter": "password", "name": _ACCOUNT, "key": KAFKA_PASSWORD_KEY},
            {"parameter": "ca", "name": f"{KAFKA_CLUSTER}-cluster-ca-cert", "key": "ca.crt"},
        ],
    }
    return manifest(
        "keda.sh/v1alpha1", "TriggerAuthentication", AUTHENTICATION, spec, labels=everything()
    )
