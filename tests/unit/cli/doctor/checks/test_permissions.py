"""Rules of accounts, compared with what the topic registry says."""

from __future__ import annotations

import re

from ragline_cli.doctor.checks.permissions import judge, wanted_rules
from ragline_cli.doctor.diagnosis import Severity
from ragline_cli.kafka.acls import Acl

ALL = frozenset(acl for acls in wanted_rules().values() for acl in acls)
MONITOR = "User:ragline-monitor"


def test_the_manifests_accounts_need_no_word() -> None:
    assert list(judge(ALL)) == []
    assert list(judge(frozenset())) == []


def test_a_cluster_without_rules_is_noticed() -> None:
    (found,) = judge(None)
    assert (found.severity, found.subject) == (Severity.NOTICE, "kafka")


def test_a_right_that_is_missing_is_an_error_with_the_command_that_grants_it() -> None:
    gone = Acl(MONITOR, "topic", "answers", "Read")
    (found,) = judge(ALL - {gone})
    assert (found.severity, found.subject) == (Severity.ERROR, MONITOR)
    assert "Read on topic answers" in found.meaning
    assert re.search(
        r"--add .*User:ragline-monitor --operation Read --topic answers$", found.remedy
    )


def test_a_right_that_no_service_needs_is_a_warning_with_the_command_that_takes_it() -> None:
    spare = Acl(MONITOR, "topic", "documents", "Write")
    (found,) = judge(ALL | {spare})
    assert (found.severity, found.subject) == (Severity.WARNING, MONITOR)
    assert "Write on topic documents" in found.meaning
    assert "--remove" in found.remedy
    (everything,) = judge(ALL | {Acl(MONITOR, "topic", "*", "All")})
    assert everything.severity is Severity.WARNING


def test_a_broader_rule_covers_narrower_ones() -> None:
    without = frozenset(acl for acl in ALL if acl.principal != MONITOR)
    for name, prefixed in (("*", False), ("", True)):
        broad = {Acl(MONITOR, kind, name, "All", prefixed) for kind in ("topic", "group")}
        assert {each.severity for each in judge(without | broad)} == {Severity.WARNING}


def test_an_account_that_is_not_there_may_have_another_name() -> None:
    (found,) = judge(frozenset(acl for acl in ALL if acl.principal != MONITOR))
    assert (found.severity, found.subject) == (Severity.NOTICE, MONITOR)
