"""All checks run, also those after one that fails."""

from __future__ import annotations

from ragline.clock import utc_now
from ragline.errors import Misconfigured, Unavailable
from ragline_cli.doctor.diagnosis import Diagnosis, Severity
from ragline_cli.doctor.examination import examine
from ragline_cli.doctor.patient import Patient
from ragline_cli.kafka.extent import no_progress
from ragline_cli.stack.operator_settings import OperatorSettings

PATIENT = Patient(settings=OperatorSettings(), clock=utc_now, on_progress=no_progress)


async def well(_patient: Patient) -> list[Diagnosis]:
    return [Diagnosis(check="well", severity=Severity.NOTICE, subject="x", meaning="it is there")]


async def away(_patient: Patient) -> list[Diagnosis]:
    raise Unavailable("Redis does not answer")


async def refused(_patient: Patient) -> list[Diagnosis]:
    raise Misconfigured("the password is wrong")


async def broken(_patient: Patient) -> list[Diagnosis]:
    raise KeyError("notAfter")


async def test_a_check_that_fails_itself_hides_nothing() -> None:
    found = await examine(PATIENT, {"broken": broken, "well": well})
    assert [(each.check, each.severity) for each in found] == [
        ("broken", Severity.ERROR),
        ("well", Severity.NOTICE),
    ]
    assert "KeyError: 'notAfter'" in found[0].meaning


async def test_a_check_that_cannot_look_is_a_finding_and_the_worst_comes_first() -> None:
    found = await examine(PATIENT, {"well": well, "away": away, "refused": refused})
    assert [each.check for each in found] == ["away", "refused", "well"]
    assert found[0].severity is Severity.ERROR
    assert "Redis does not answer" in found[0].meaning
    assert found[0].remedy != found[1].remedy
