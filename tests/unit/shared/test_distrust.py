"""Why a certificate was not trusted, however deep a client hides it."""

from __future__ import annotations

import ssl

from ragline.distrust import distrust

REASON = ssl.SSLCertVerificationError("self-signed")


def test_the_reason_is_found_behind_causes_and_contexts() -> None:
    inner = ConnectionError()
    inner.__cause__ = REASON
    outer = RuntimeError()
    outer.__context__ = inner
    assert [distrust(error) for error in (REASON, inner, outer)] == [REASON] * 3


def test_other_failures_have_none() -> None:
    assert distrust(ssl.SSLError("no common protocol")) is None
    assert distrust(ConnectionRefusedError()) is None
