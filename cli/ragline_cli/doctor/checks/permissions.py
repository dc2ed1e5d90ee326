"""Permissions: whether each account at Kafka may do what its service does, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ragline.contracts.topics import Service
from ragline.messaging.kafka_clients import open_admin
from ragline_cli.doctor.diagnosis import Diagnosis, Severity
from ragline_cli.doctor.patient import Patient
from ragline_cli.generated.manifests.kafka_users import scaler_acls, service_acls
from ragline_cli.generated.manifests.metadata import Object, full_name
from ragline_cli.generated.manifests.values import SCALER
from ragline_cli.kafka.acls import Acl, read_acls
from ragline_cli.kafka.client import COMMAND_LINE

NAME = "permissions"
_PATTERN = "--resource-pattern-type prefixed"
# what a rule about one of these allows as well
_INCLUDED = {"Describe": {"Read", "Write", "Delete", "Alter"}}
_EVERY = "*"


async def check(patient: Patient) -> list[Diagnosis]:
    """Compare the cluster's rules with what the topic registry says that services do.

    Raises:
        Unavailable: no broker answers.
        Misconfigured: this account may not see the rules.
    """
    async with open_admin(patient.settings.kafka, COMMAND_LINE) as admin:
        return list(judge(await read_acls(admin)))


def judge(found: frozenset[Acl] | None) -> Iterator[Diagnosis]:
    """Yield accounts that may do too little or too much; None is a cluster without rules."""
    if found is None:
        yield Diagnosis(
            check=NAME,
            severity=Severity.NOTICE,
            subject="kafka",
            meaning="it has no authorizer: whoever reaches it may read and write everything",
        )
        return
    if not found:
        return
    for principal, wanted in wanted_rules().items():
        own = frozenset(acl for acl in found if acl.principal == principal and not acl.denies)
        missing = sorted(acl for acl in wanted if not any(_covers(each, acl) for each in own))
        if missing:
            yield _diagnosis(
                principal,
                Severity.ERROR if own else Severity.NOTICE,
                "its service is refused"
                if own
                else "no such account: if it has another name, see "
                "to its rights yourself; it needs",
                missing,
                "--add --allow-principal",
            )
        spare = sorted(acl for acl in own if not any(_covers(each, acl) for each in wanted))
        if spare:
            yield _diagnosis(
                principal,
                Severity.WARNING,
                "it may do what its service never does, and so may whoever steals its password",
                spare,
                "--remove --allow-principal",
            )


def wanted_rules() -> Mapping[str, frozenset[Acl]]:
    """Return what each account of the manifests may do, by its principal."""
    accounts = {str(service): service_acls(service) for service in Service}
    return {
        f"User:{full_name(name)}": frozenset(
            acl for rule in rules for acl in _acls(f"User:{full_name(name)}", rule)
        )
        for name, rules in (accounts | {SCALER: scaler_acls()}).items()
    }


def _acls(principal: str, rule: Object) -> Iterator[Acl]:
    resource = rule["resource"]
    for operation in rule["operations"]:
        prefixed = resource["patternType"] == "prefix"
        yield Acl(principal, resource["type"], resource["name"], operation, prefixed)


def _covers(rule: Acl, wanted: Acl) -> bool:
    """Tell whether `rule` allows all that `wanted` does."""
    allowed = {"All", wanted.operation} | _INCLUDED.get(wanted.operation, set())
    if rule.kind != wanted.kind or rule.operation not in allowed:
        return False
    if rule.prefixed:
        return wanted.name.startswith(rule.name)
    return rule.name == _EVERY or (rule.name == wanted.name and not wanted.prefixed)


def _diagnosis(
    principal: str, severity: Severity, meaning: str, acls: list[Acl], change: str
) -> Diagnosis:
    told = ", ".join(f"{acl.operation} on {acl.kind} {acl.name}" for acl in acls)
    return Diagnosis(
        check=NAME,
        severity=severity,
        subject=principal,
        meaning=f"{meaning}: {told}",
        remedy="; ".join(_command(acl, change) for acl in acls),
    )


def _command(acl: Acl, change: str) -> str:
    pattern = f" {_PATTERN}" if acl.prefixed else ""
    return (
        f"kafka-acls.sh --bootstrap-server HOST:PORT {change} {acl.principal} "
        f"--operation {acl.operation} --{acl.kind} {acl.name}{pattern}"
    )
