"""Settings: Kafka's credentials are never shown, and what a record may carry fits it."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from ragline.settings import EventSettings, ServiceSettings, problems

PREFIX = "RAGLINE_KAFKA__"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("SECURITY_PROTOCOL", "SASL_MECHANISM", "SASL_USERNAME", "SASL_PASSWORD"):
        monkeypatch.delenv(PREFIX + name, raising=False)
    return monkeypatch


def given(environment: pytest.MonkeyPatch, **settings: str) -> None:
    for name, value in settings.items():
        environment.setenv(PREFIX + name, value)


@pytest.mark.parametrize("mechanism", [{}, {"SASL_MECHANISM": ""}, {"SASL_MECHANISM": "PLAIN"}])
@pytest.mark.parametrize("protocol", ["SASL_PLAINTEXT", "SASL_SSL"])
def test_an_empty_mechanism_means_plain(
    environment: pytest.MonkeyPatch, protocol: str, mechanism: dict[str, str]
) -> None:
    given(
        environment,
        SECURITY_PROTOCOL=protocol,
        SASL_USERNAME="someone",
        SASL_PASSWORD="hidden",
        **mechanism,
    )
    assert ServiceSettings().kafka.sasl_mechanism == "PLAIN"


@pytest.mark.parametrize(
    "stated",
    [
        {},
        {"SASL_USERNAME": "someone"},
        {"SASL_PASSWORD": "hidden"},
        {"SASL_USERNAME": "", "SASL_PASSWORD": "hidden"},
        {"SASL_USERNAME": "someone", "SASL_PASSWORD": ""},
    ],
)
@pytest.mark.parametrize("protocol", ["SASL_PLAINTEXT", "SASL_SSL"])
def test_a_sasl_protocol_needs_a_user_and_a_password(
    environment: pytest.MonkeyPatch, protocol: str, stated: dict[str, str]
) -> None:
    given(environment, SECURITY_PROTOCOL=protocol, **stated)

    with pytest.raises(ValidationError) as caught:
        ServiceSettings()

    (problem,) = problems(caught.value)
    assert problem.startswith("RAGLINE_KAFKA: ")
    assert protocol in problem
    assert "RAGLINE_KAFKA__SASL_USERNAME and RAGLINE_KAFKA__SASL_PASSWORD" in problem
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize("protocol", ["PLAINTEXT", "SSL"])
@pytest.mark.parametrize("stated", [{}, {"SASL_MECHANISM": "SCRAM-SHA-256"}])
def test_other_protocols_need_none(
    environment: pytest.MonkeyPatch, protocol: str, stated: dict[str, str]
) -> None:
    given(environment, SECURITY_PROTOCOL=protocol, **stated)
    assert ServiceSettings().kafka.security_protocol == protocol


def test_an_unknown_mechanism_is_refused_with_those_that_there_are(
    environment: pytest.MonkeyPatch,
) -> None:
    given(environment, SASL_MECHANISM="GSSAPI")

    with pytest.raises(ValidationError) as caught:
        ServiceSettings()

    (problem,) = problems(caught.value)
    assert problem.startswith("RAGLINE_KAFKA__SASL_MECHANISM: ")
    assert all(name in problem for name in ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"))


def test_candidates_take_half_of_a_record_at_most() -> None:
    events = EventSettings()
    assert events.candidate_bytes(8 * 2**20) == 1_000_000
    assert events.candidate_bytes(1_048_576) == 524_288


def test_candidates_always_have_room_for_one() -> None:
    with pytest.raises(ValidationError, match="max_candidate_bytes"):
        EventSettings(max_candidate_bytes=100_000)
