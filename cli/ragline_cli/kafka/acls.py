"""Which rules a cluster has about who may do what."""

from __future__ import annotations

from dataclasses import dataclass

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import ClusterAuthorizationFailedError, for_code
from aiokafka.protocol.admin import DescribeAclsRequest

from ragline.errors import Misconfigured

_ANY = 1
_KINDS = {2: "topic", 3: "group", 4: "cluster", 5: "transactional-id"}
_OPERATIONS = {
    2: "All",
    3: "Read",
    4: "Write",
    5: "Create",
    6: "Delete",
    7: "Alter",
    8: "Describe",
    9: "ClusterAction",
    10: "DescribeConfigs",
    11: "AlterConfigs",
    12: "IdempotentWrite",
}
_PREFIXED = 4
_DENY = 2
_SECURITY_DISABLED = 54  # an error that the client has no class for


@dataclass(frozen=True, slots=True, order=True)
class Acl:
    """A rule: the account, what it is about, and the operation. `denies` is for what forbids it."""

    principal: str
    kind: str
    name: str
    operation: str
    prefixed: bool = False
    denies: bool = False


async def read_acls(admin: AIOKafkaAdminClient) -> frozenset[Acl] | None:
    """Return all rules; None if the cluster lets everybody do everything.

    Raises:
        Misconfigured: this account may not see them.
        KafkaError: the broker does not answer.
    """
    request = DescribeAclsRequest(_ANY, None, _ANY, None, None, _ANY, _ANY)
    response = await admin._send_request(request)
    if response.error_code == _SECURITY_DISABLED:
        return None
    error = for_code(response.error_code)
    if error is ClusterAuthorizationFailedError:
        raise Misconfigured("this account may not see the rules of accounts (Describe on Cluster)")
    if response.error_code:
        raise error(response.error_message)
    return frozenset(
        Acl(
            principal,
            _KINDS.get(kind, str(kind)),
            name,
            _OPERATIONS.get(operation, str(operation)),
            pattern == _PREFIXED,
            permission == _DENY,
        )
        for kind, name, pattern, rules in response.resources
        for principal, _, operation, permission in rules
    )
