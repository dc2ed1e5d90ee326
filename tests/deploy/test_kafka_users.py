"""Accounts at Kafka: one a service, which may do what that service does and nothing else."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from ragline.contracts.topics import (
    ANSWERS,
    CONSUMERS,
    DEAD_LETTERS,
    DOCUMENT_ACCESS,
    DOCUMENTS,
    FEEDBACK,
    INDEXES,
    QUERIES,
    TOPICS,
    Service,
    Topic,
    consumed_by,
    consumer_group,
)
from ragline.messaging.service import ServiceSpec
from ragline_classifier.admission import BEHIND
from ragline_cli.erase.log_findings import WORK_QUEUES
from ragline_cli.generated.asyncapi import service_specs
from ragline_cli.generated.manifests.commands_user import commands_user
from ragline_cli.generated.manifests.inspection import config, of_kind, secret_keys
from ragline_cli.generated.manifests.metadata import Object
from ragline_monitor.pipeline_look import FILLED_FROM, STAGES

SPECS = {spec.service: spec for spec in service_specs()}
ACCOUNTS = {f"ragline-{name}" for name in (*Service, "keda")}


@pytest.fixture(scope="module")
def users(prod: list[Object]) -> Mapping[str, Object]:
    return of_kind(prod, "KafkaUser")


def allowed(user: Object, operation: str, kind: str = "topic") -> set[str]:
    """Return the names, or prefixes, on which the account may do `operation`."""
    acls = user["spec"]["authorization"]["acls"]
    return {
        acl["resource"]["name"]
        for acl in acls
        if acl["resource"]["type"] == kind and operation in acl["operations"]
    }


def names(*topics: Topic) -> set[str]:
    return {topic.name for topic in TOPICS if topic in topics}


def test_each_service_has_an_account_and_so_has_keda(users: Mapping[str, Object]) -> None:
    assert set(users) == ACCOUNTS
    for user in users.values():
        assert user["metadata"]["labels"]["strimzi.io/cluster"] == "ragline"
        assert user["spec"]["authentication"] == {"type": "scram-sha-512"}


@pytest.mark.parametrize("spec", SPECS.values(), ids=lambda spec: spec.service)
def test_a_service_may_read_and_write_what_its_app_does(
    users: Mapping[str, Object], spec: ServiceSpec
) -> None:
    user = users[f"ragline-{spec.service}"]
    own = spec.delivery.retries

    assert allowed(user, "Write") == names(*spec.outbound, *own, DEAD_LETTERS)
    assert allowed(user, "Read") == names(*spec.inbound, *own, *[INDEXES] * spec.follows_indexes)


def test_the_gateway_asks_and_changes_documents_and_reads_answers(
    users: Mapping[str, Object],
) -> None:
    user = users["ragline-gateway"]

    assert allowed(user, "Write") == names(QUERIES, DOCUMENTS, DOCUMENT_ACCESS, FEEDBACK)
    assert allowed(user, "Read") == names(ANSWERS, INDEXES)
    assert allowed(user, "Read", "group") == set()


@pytest.mark.parametrize("service", CONSUMERS)
def test_only_a_service_reads_in_its_own_groups(
    users: Mapping[str, Object], service: Service
) -> None:
    groups = [consumer_group(service, topic) for topic in consumed_by(service)]
    groups += [consumer_group(service, DOCUMENTS, index="next")]

    for name, user in users.items():
        prefixes = tuple(allowed(user, "Read", "group"))
        admitted = [group.startswith(prefixes) for group in groups]
        assert all(admitted) if name == f"ragline-{service}" else not any(admitted)


def test_who_watches_the_lag_sees_the_groups_and_topics_that_it_looks_at(
    users: Mapping[str, Object],
) -> None:
    filled = [(consumer_group(Service.INGESTOR, topic), topic.name) for topic in FILLED_FROM]
    looks = {
        "ragline-classifier": [(each.group, each.topic) for each in BEHIND],
        "ragline-monitor": [(consumer_group(s, t), t.name) for s, t in STAGES] + filled,
        "ragline-keda": [(consumer_group(s, t), t.name) for s, t in consumed()],
    }
    for name, wanted in looks.items():
        prefixes = tuple(seen(users[name], "group"))
        for group, topic in wanted:
            assert group.startswith(prefixes)
            assert topic in seen(users[name], "topic")


def consumed() -> list[tuple[Service, Topic]]:
    return [(each, topic) for each in CONSUMERS for topic in consumed_by(each)]


def seen(user: Object, kind: str) -> set[str]:
    """Return what the account may see, which who reads or writes may, too."""
    return {name for way in ("Read", "Write", "Describe") for name in allowed(user, way, kind)}


def test_keda_reads_no_record(users: Mapping[str, Object]) -> None:
    acls = users["ragline-keda"]["spec"]["authorization"]["acls"]

    assert {operation for acl in acls for operation in acl["operations"]} == {"Describe"}


def test_nobody_creates_alters_or_deletes_anything(users: Mapping[str, Object]) -> None:
    for user in users.values():
        for acl in user["spec"]["authorization"]["acls"]:
            assert set(acl["operations"]) <= {"Read", "Write", "Describe"}
            assert acl["resource"]["type"] in {"topic", "group"}
            assert acl["resource"]["name"] != "*"


def test_only_the_commands_delete_records_and_only_of_work_queues(
    users: Mapping[str, Object],
) -> None:
    commands = commands_user()

    assert commands["metadata"]["name"] not in users  # nobody has it who did not ask for it
    assert allowed(commands, "Delete") == names(*(t for t in TOPICS if t in WORK_QUEUES))
    assert allowed(commands, "Read") == names(*TOPICS)
    assert DEAD_LETTERS.name not in allowed(commands, "Write")
    assert allowed(commands, "Read", "group") == {"ragline.shadow."}


@pytest.mark.parametrize("service", Service)
def test_a_pod_has_the_account_of_its_service(prod: list[Object], service: Service) -> None:
    account = f"ragline-{service}"
    password = secret_keys(prod, service)["RAGLINE_KAFKA__SASL_PASSWORD"]

    assert config(prod, service)["RAGLINE_KAFKA__SASL_USERNAME"] == account
    assert (password["name"], password["key"]) == (account, "password")  # as Strimzi makes it


def test_keda_has_its_own(prod: list[Object]) -> None:
    spec = of_kind(prod, "TriggerAuthentication")["ragline-kafka"]["spec"]
    (username,) = spec["configMapTargetRef"]
    password = next(each for each in spec["secretTargetRef"] if each["parameter"] == "password")

    data = of_kind(prod, "ConfigMap")[username["name"]]["data"]
    assert data[username["key"]] == "ragline-keda"
    assert (password["name"], password["key"]) == ("ragline-keda", "password")
