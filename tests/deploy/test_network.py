"""The network policies, evaluated: who reaches whom on which port."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import ip_address, ip_network

import pytest

from ragline.contracts.topics import Service
from ragline_cli.generated.manifests.inspection import of_kind
from ragline_cli.generated.manifests.metadata import Object
from ragline_cli.generated.manifests.values import API_PORT, INGRESS_CONTROLLER

Labels = Mapping[str, str]
_OURS = {"app.kubernetes.io/part-of": "ragline"}
WEAVIATE = {"app.kubernetes.io/name": "weaviate"}  # as its own chart labels it
GRPC, HTTP, GOSSIP, DATA, RAFT, PROFILING = 50051, 8080, 7946, 7947, 8300, 6060


def ours(name: str) -> dict[str, str]:
    return {"app.kubernetes.io/name": name, **_OURS}


def admits(objects: Iterable[Object], source: Labels, target: Labels, port: int) -> bool:
    """Whether pods labelled `source` may reach `target` in the same namespace.

    As Kubernetes has it: a pod that no policy selects is open; else one rule must allow it, and
    both the leaving and the entering side have a say.
    """
    policies = [policy["spec"] for policy in of_kind(objects, "NetworkPolicy").values()]
    return _side(policies, "Egress", "to", source, target, port) and _side(
        policies, "Ingress", "from", target, source, port
    )


def _side(
    policies: list[Object], direction: str, key: str, own: Labels, other: Labels, port: int
) -> bool:
    selecting = [
        policy
        for policy in policies
        if direction in policy["policyTypes"] and _selects(policy["podSelector"], own)
    ]
    if not selecting:
        return True
    rules = [rule for policy in selecting for rule in policy.get(direction.lower(), [])]
    return any(
        any(_peer(peer, other) for peer in rule[key])
        and any(allowed["port"] == port for allowed in rule["ports"])
        for rule in rules
    )


def _peer(peer: Object, labels: Labels) -> bool:
    if "podSelector" in peer:
        return _selects(peer["podSelector"], labels)
    return peer.get("namespaceSelector") == {}


def _selects(selector: Object, labels: Labels) -> bool:
    wanted: dict[str, str] = selector.get("matchLabels", {})
    return wanted.items() <= labels.items()


@pytest.mark.parametrize("service", Service)
@pytest.mark.parametrize("port", [HTTP, GRPC])
def test_only_those_who_use_weaviate_reach_it(
    overlay: list[Object], service: Service, port: int
) -> None:
    expected = service in {Service.RETRIEVER, Service.INGESTOR, Service.GATEWAY}

    assert admits(overlay, ours(service), WEAVIATE, port) is expected


@pytest.mark.parametrize("port", [GOSSIP, DATA, RAFT, PROFILING])
@pytest.mark.parametrize("source", [*(ours(s) for s in Service), {"app": "stranger"}])
def test_nobody_reaches_weaviate_s_gossip_raft_or_profiling(
    overlay: list[Object], source: Labels, port: int
) -> None:
    assert not admits(overlay, source, WEAVIATE, port)


@pytest.mark.parametrize("port", [GOSSIP, DATA, RAFT])
def test_weaviate_s_nodes_reach_each_other(overlay: list[Object], port: int) -> None:
    assert admits(overlay, WEAVIATE, WEAVIATE, port)


@pytest.mark.parametrize("port", [HTTP, GRPC])
def test_a_stranger_reaches_no_weaviate(overlay: list[Object], port: int) -> None:
    assert not admits(overlay, {"app": "stranger"}, WEAVIATE, port)


def test_profiling_is_off_where_we_run_weaviate(dev: list[Object], compose: Object) -> None:
    (made,) = of_kind(dev, "StatefulSet")["weaviate"]["spec"]["template"]["spec"]["containers"]
    variables = {variable["name"]: variable.get("value") for variable in made["env"]}

    assert variables["GO_PROFILING_DISABLE"] == "true"
    assert compose["services"]["weaviate"]["environment"]["GO_PROFILING_DISABLE"] == "true"


@pytest.mark.parametrize("service", Service)
def test_services_talk_only_through_kafka(overlay: list[Object], service: Service) -> None:
    for other in Service:
        assert not admits(overlay, ours(service), ours(other), 8000)
        assert not admits(overlay, ours(service), ours(other), API_PORT)


def test_an_ingress_controller_reaches_the_gateway_s_api_and_nothing_else(
    overlay: list[Object],
) -> None:
    for service in Service:
        expected = service is Service.GATEWAY
        assert admits(overlay, INGRESS_CONTROLLER, ours(service), API_PORT) is expected
        assert not admits(overlay, INGRESS_CONTROLLER, ours(service), 8000)


def test_a_stranger_reaches_no_gateway(overlay: list[Object]) -> None:
    assert not admits(overlay, {"app": "stranger"}, ours(Service.GATEWAY), API_PORT)


@pytest.mark.parametrize("service", Service)
def test_every_service_reaches_the_stores_of_development(
    dev: list[Object], service: Service
) -> None:
    assert admits(dev, ours(service), ours("kafka"), 9092)
    assert admits(dev, ours(service), ours("redis"), 6379)
    assert admits(dev, ours(service), ours("redis-cache"), 6379)


def test_the_topics_job_reaches_kafka_and_nothing_else(dev: list[Object]) -> None:
    assert admits(dev, ours("topics"), ours("kafka"), 9092)
    assert not admits(dev, ours("topics"), ours("redis"), 6379)
    assert not admits(dev, ours("topics"), WEAVIATE, HTTP)


def test_a_stranger_reaches_no_store_of_development(dev: list[Object]) -> None:
    for name, port in (("kafka", 9092), ("redis", 6379), ("redis-cache", 6379)):
        assert not admits(dev, {"app": "stranger"}, ours(name), port)


def test_all_that_is_ours_is_denied_by_default(overlay: list[Object]) -> None:
    spec = of_kind(overlay, "NetworkPolicy")["ragline-deny-all"]["spec"]

    assert spec == {
        "podSelector": {"matchLabels": _OURS},
        "policyTypes": ["Ingress", "Egress"],
    }


def test_no_service_reaches_the_cloud_s_metadata_address(overlay: list[Object]) -> None:
    blocks = [
        peer["ipBlock"]
        for policy in of_kind(overlay, "NetworkPolicy").values()
        for rule in policy["spec"].get("egress", [])
        for peer in rule["to"]
        if "ipBlock" in peer
    ]

    metadata = ip_address("169.254.169.254")
    assert blocks
    for block in blocks:
        excepted = [ip_network(each) for each in block.get("except", ())]
        assert metadata not in ip_network(block["cidr"]) or any(metadata in e for e in excepted)


@pytest.mark.parametrize("service", [Service.RETRIEVER, Service.INGESTOR, Service.GATEWAY])
def test_who_uses_a_store_reaches_one_outside_the_cluster(
    prod: list[Object], service: Service
) -> None:
    egress = of_kind(prod, "NetworkPolicy")[f"ragline-{service}"]["spec"]["egress"]

    outside = [rule for rule in egress if any("ipBlock" in peer for peer in rule["to"])]
    assert any({"protocol": "TCP", "port": 443} in rule["ports"] for rule in outside)


@pytest.mark.parametrize("service", Service)
def test_names_are_resolved_by_pods_and_by_a_cache_on_the_node(
    prod: list[Object], service: Service
) -> None:
    egress = of_kind(prod, "NetworkPolicy")[f"ragline-{service}"]["spec"]["egress"]
    (dns,) = [rule for rule in egress if {"protocol": "UDP", "port": 53} in rule["ports"]]
    assert {"namespaceSelector": {}} in dns["to"]
    assert {"ipBlock": {"cidr": "169.254.20.10/32"}} in dns["to"]
