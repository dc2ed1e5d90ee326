"""A service of an overlay with its ScaledObject, on a control plane with KEDA and a real Kafka.

Nothing runs in the pods: `Backlog` works records off, so many a second for each pod that is ready.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from tests.integration.messaging.secured_kafka import PASSWORD, SecuredKafka
from tests.patience import PATIENCE_S, eventually

from ragline.contracts.topics import INTENTS, Service, Topic
from ragline.messaging.kafka_clients import open_consumer, open_producer
from ragline.settings import KafkaSettings
from ragline_cli.generated.manifests import kustomize
from ragline_cli.generated.manifests.inspection import of_kind
from ragline_cli.generated.manifests.metadata import Object, full_name, manifest
from ragline_cli.kafka.client import COMMAND_LINE
from ragline_cli.kafka.reader import partitions_of
from ragline_cli.stack.server import running

from . import keda
from .api_client import ApiClient
from .control_plane import DEPLOY, control_plane, define
from .keda import KedaAdapter, KedaOperator
from .kwok import Kwok
from .module_files import KEDA_CRDS

_KAFKA_USER = "ragline-keda"
_BOOTSTRAP = "RAGLINE_KAFKA__BOOTSTRAP_SERVERS"
_NEEDED = {"Namespace", "ServiceAccount", "ConfigMap", "TriggerAuthentication"}
_NEEDED_OF_IT = {"Deployment", "ScaledObject"}
AT_ONCE: Object = {
    "stabilizationWindowSeconds": 0,
    "policies": [{"type": "Pods", "value": 100, "periodSeconds": 1}],
}


@dataclass(frozen=True, slots=True)
class ScaledStage:
    """A service in a cluster: what KEDA sees of it, and what it makes of it."""

    client: ApiClient
    deployment: Object
    scaled: Object
    kafka: SecuredKafka

    def group(self, topic: Topic) -> str:
        """Return whose lag on a topic its triggers look at."""
        found: str = self._triggers()[topic.name]["consumerGroup"]
        return found

    def _triggers(self) -> dict[str, dict[str, str]]:
        """Return what its triggers look at, by topic and in their order."""
        found = (trigger["metadata"] for trigger in self.scaled["spec"]["triggers"])
        return {each["topic"]: each for each in found}

    def status(self) -> dict[str, Any]:
        """Return the state of the Deployment."""
        found: dict[str, Any] = self._found(self.deployment).get("status", {})
        return found

    def replicas(self) -> int:
        """Return how many pods are wanted."""
        return int(self._found(self.deployment)["spec"]["replicas"])

    def ready(self) -> int:
        """Return how many pods are ready."""
        return int(self.status().get("readyReplicas", 0))

    def lag(self, topic: Topic = INTENTS) -> float:
        """Return the lag on a topic that KEDA tells the HPA."""
        number = list(self._triggers()).index(topic.name)
        metric = f"s{number}-kafka-{topic.name.replace('.', '-')}"
        named = f"{self.deployment['metadata']['namespace']}/{metric}"
        selector = f"scaledobject.keda.sh/name={self.scaled['metadata']['name']}"
        path = f"/apis/{keda.METRICS}/v1beta1/namespaces/{named}"
        (found,) = self.client.get(path, labelSelector=selector)["items"]
        value = str(found["value"])
        return float(value.removesuffix("m")) / (1000 if value.endswith("m") else 1)

    def conditions(self) -> dict[str, str]:
        """Return what KEDA says of the ScaledObject: `{"Ready": "True", …}`."""
        found = self._found(self.scaled).get("status", {}).get("conditions", ())
        return {each["type"]: each["status"] for each in found}

    def autoscaler_works(self) -> bool:
        """Return whether the HPA, which KEDA has made, can compute how many pods are wanted."""
        namespace, name = (self.scaled["metadata"][key] for key in ("namespace", "name"))
        path = f"/apis/autoscaling/v2/namespaces/{namespace}/horizontalpodautoscalers"
        found = self.client.get(f"{path}/keda-hpa-{name}")["status"].get("conditions", ())
        return {each["type"]: each["status"] for each in found}.get("ScalingActive") == "True"

    def hurry(self, **spec: Any) -> None:
        """Make fast all that is slow on purpose: how often KEDA looks, and what the HPA waits."""
        behavior = {"scaleUp": AT_ONCE, "scaleDown": AT_ONCE}
        advanced = {"horizontalPodAutoscalerConfig": {"behavior": behavior}}
        self.change(pollingInterval=1, advanced=advanced, **spec)

    def change(self, **spec: Any) -> None:
        """Apply the ScaledObject with another `spec`, a part of which is given."""
        changed = self.scaled | {"spec": self.scaled["spec"] | spec}
        assert self.client.apply(changed).refused is None

    def _found(self, made: Object) -> Any:
        return self.client.get(f"{self.client.collection(made)}/{made['metadata']['name']}")


@contextmanager
def scaled_stage(
    folder: Path,
    *,
    autoscaling_s: int = 15,
    service: Service = Service.RETRIEVER,
    overlay: Iterable[Object] | None = None,
) -> Iterator[ScaledStage]:
    """Run everything, with a service of an overlay, `prod` by default, applied as it is.

    Only the address of Kafka is another, and the Secrets are made here that Strimzi makes there.
    """
    name = full_name(service)
    made = kustomize.build(DEPLOY / "overlays/prod") if overlay is None else overlay
    with ExitStack() as stack:
        kafka = SecuredKafka(folder / "kafka")
        stack.enter_context(running(kafka))
        kafka.add_user(_KAFKA_USER)
        kafka.create_topics()
        server = stack.enter_context(control_plane(folder, autoscaling_s=autoscaling_s))
        client = server.client()
        stack.callback(client.close)
        define(client, KEDA_CRDS.paths())
        stack.enter_context(running(Kwok(folder / "kwok", server=server)))
        operator = KedaOperator(folder / "keda-operator", server=server)
        stack.enter_context(running(operator))
        adapter = KedaAdapter(folder / "keda-adapter", server=server, operator=operator)
        stack.enter_context(running(adapter))
        _apply(client, [manifest("v1", "Namespace", keda.NAMESPACE), *adapter.objects()])
        objects = list(_objects(made, name, kafka))
        _apply(client, objects)
        found = ScaledStage(
            client=client,
            deployment=of_kind(objects, "Deployment")[name],
            scaled=of_kind(objects, "ScaledObject")[name],
            kafka=kafka,
        )
        eventually(lambda: found.ready() >= found.scaled["spec"]["minReplicaCount"])
        eventually(lambda: found.conditions().get("Ready") == "True")
        yield found


def _apply(client: ApiClient, objects: list[Object]) -> None:
    for made in objects:
        done = client.apply(made)
        assert done.refused is None, done


def _objects(overlay: Iterable[Object], service: str, kafka: SecuredKafka) -> Iterator[Object]:
    namespace, secrets = "", {}
    for made in overlay:
        kind, name = made["kind"], made["metadata"]["name"]
        if kind not in _NEEDED and (kind not in _NEEDED_OF_IT or name != service):
            continue
        if kind == "Namespace":
            namespace = name
        if _BOOTSTRAP in made.get("data", {}):
            made["data"][_BOOTSTRAP] = kafka.bootstrap("SASL_SSL")
        if kind == "Deployment":
            secrets = _secrets_of(made)
        yield made
    secrets[_KAFKA_USER] = {"password": PASSWORD}
    secrets["ragline-cluster-ca-cert"] = {"ca.crt": kafka.cafile.read_text()}
    for name, data in secrets.items():
        encoded = {key: base64.b64encode(each.encode()).decode() for key, each in data.items()}
        secret = manifest("v1", "Secret", name) | {"data": encoded}
        secret["metadata"]["namespace"] = namespace
        yield secret


def _secrets_of(deployment: Object) -> dict[str, dict[str, str]]:
    """Return the Secrets that a Deployment's variables come from; KEDA resolves all of them."""
    found: dict[str, dict[str, str]] = {}
    for container in deployment["spec"]["template"]["spec"]["containers"]:
        for variable in container["env"]:
            if key := variable.get("valueFrom", {}).get("secretKeyRef"):
                found.setdefault(key["name"], {})[key["key"]] = "something"
    return found


@asynccontextmanager
async def open_backlog(stage: ScaledStage, topic: Topic = INTENTS) -> AsyncIterator[Backlog]:
    """Open the backlog of a topic, in the group that KEDA looks at; all there is is worked off."""
    kafka = stage_kafka(stage)
    places = await partitions_of(kafka, topic.name)
    async with (
        open_producer(kafka, COMMAND_LINE) as producer,
        open_consumer(
            kafka, COMMAND_LINE, partitions=places, group_id=stage.group(topic)
        ) as consumer,
    ):
        ends = await consumer.end_offsets(places)
        backlog = Backlog(producer, consumer, ends)
        await backlog.work(0)
        yield backlog


def stage_kafka(stage: ScaledStage) -> KafkaSettings:
    """Return how a test reaches the stage's Kafka."""
    return KafkaSettings(bootstrap_servers=stage.kafka.bootstrap_servers)


async def until(look: Callable[[], bool], *, beside: Callable[[], object] = lambda: None) -> None:
    """Return when `look` says so; call `beside` before each further look."""
    async with asyncio.timeout(PATIENCE_S):
        while not look():
            if asyncio.iscoroutine(again := beside()):
                await again
            await asyncio.sleep(0.2)


class Backlog:
    """Records of one topic that come, and that a group works off.

    Args:
        producer: for records.
        consumer: a member of the group that commits by itself; it reads nothing.
        ends: of the partitions; all until there is worked off.
    """

    def __init__(
        self,
        producer: AIOKafkaProducer,
        consumer: AIOKafkaConsumer,
        ends: Mapping[TopicPartition, int],
    ) -> None:
        self._producer = producer
        self._consumer = consumer
        self._come = dict(ends)
        self._done = dict(ends)

    @property
    def lag(self) -> int:
        """Records that have come and are not worked off."""
        return sum(self._come.values()) - sum(self._done.values())

    async def come(self, count: int, *, only: int | None = None) -> None:
        """Let so many records come, to all partitions in turn or to one."""
        places = [place for place in self._come if only in (None, place.partition)]
        sent = []
        for number in range(count):
            place = places[number % len(places)]
            # a compacted topic takes no record without a key
            sent.append(await self._producer.send(key=b"key", value=b"{}", **place._asdict()))
            self._come[place] += 1
        for each in sent:
            await each

    async def work(self, count: int, *, but: int | None = None) -> None:
        """Work off about so many records at most, as many of each partition `but` one; commit."""
        share = -(-count // len(self._come))
        for place, come in self._come.items():
            if place.partition != but:
                self._done[place] = min(come, self._done[place] + share)
        await self._consumer.commit(dict(self._done))
