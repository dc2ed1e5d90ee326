"""A Kafka that asks who may do what: the accounts of the manifests, and nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterable

from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._acl import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
)
from confluent_kafka.admin._resource import ResourcePatternType, ResourceType

from ragline_cli.generated.manifests.metadata import Object

from .secured_kafka import SecuredKafka

_KINDS = {
    "topic": ResourceType.TOPIC,
    "group": ResourceType.GROUP,
    "cluster": ResourceType.BROKER,
    "transactionalId": ResourceType.TRANSACTIONAL_ID,
}
_CLUSTER = "kafka-cluster"  # Kafka's own name for it, which Strimzi leaves out
_OPERATIONS = {"DescribeConfigs": AclOperation.DESCRIBE_CONFIGS}
_PATTERNS = {"literal": ResourcePatternType.LITERAL, "prefix": ResourcePatternType.PREFIXED}
_TELL_REFUSALS = "-Dorg.slf4j.simpleLogger.log.kafka.authorizer.logger=info"
_REFUSAL = re.compile(r"Principal = .* is Denied .*")


class GuardedKafka(SecuredKafka):
    """A one-node Kafka with ACLs; through its plaintext listener everything is allowed."""

    def _java_options(self) -> list[str]:
        return [*super()._java_options(), _TELL_REFUSALS]

    def admit(self, users: Iterable[Object]) -> None:
        """Make Strimzi's `KafkaUser`s as its operator does: an account, and its rules."""
        rules = []
        for user in users:
            name = user["metadata"]["name"]
            self.add_user(name)
            acls = user["spec"]["authorization"]["acls"]
            rules += [rule for acl in acls for rule in _rules(name, acl)]
        admin = AdminClient({"bootstrap.servers": self.bootstrap_servers})
        for made in admin.create_acls(rules).values():
            made.result(30)

    def take(self, name: str, topic: str) -> list[AclBinding]:
        """Remove an account's rules about a topic, and return them."""
        wanted = AclBindingFilter(
            ResourceType.TOPIC,
            topic,
            ResourcePatternType.LITERAL,
            f"User:{name}",
            "*",
            AclOperation.ANY,
            AclPermissionType.ANY,
        )
        admin = AdminClient({"bootstrap.servers": self.bootstrap_servers})
        (taken,) = admin.delete_acls([wanted]).values()
        rules: list[AclBinding] = taken.result(30)
        return rules

    def give(self, rule: AclBinding) -> None:
        """Add a rule."""
        admin = AdminClient({"bootstrap.servers": self.bootstrap_servers})
        (given,) = admin.create_acls([rule]).values()
        given.result(30)

    def refusals(self) -> list[str]:
        """Return what the broker has refused so far, a line each."""
        return _REFUSAL.findall(self.log.read_text(encoding="utf-8"))

    def _secured(self, plain: dict[str, str]) -> dict[str, str]:
        return super()._secured(plain) | {
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS",
        }


def _rules(name: str, acl: Object) -> list[AclBinding]:
    resource = acl["resource"]
    return [
        AclBinding(
            _KINDS[resource["type"]],
            resource.get("name", _CLUSTER),
            _PATTERNS[resource.get("patternType", "literal")],
            f"User:{name}",
            "*",
            _OPERATIONS.get(operation) or AclOperation[operation.upper()],
            AclPermissionType.ALLOW,
        )
        for operation in acl["operations"]
    ]
