"""The token for Kafka: read anew for each connection, and told when it cannot be used."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest
from aiokafka.errors import AuthenticationFailedError

from ragline.messaging.kafka_token import AnsweringAuthenticator, FileToken

NOW = datetime(2026, 1, 1, tzinfo=UTC)
KEY = "a key that is long enough for the algorithm"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "token"


@pytest.fixture
def write(file: Path) -> Callable[[str], object]:
    """Write the token, as whoever renews it does."""
    return file.write_text


@pytest.fixture
def provider(file: Path) -> FileToken:
    return FileToken(file, clock=lambda: NOW)


async def test_a_renewed_token_is_taken_for_the_next_connection(
    write: Callable[[str], object], provider: FileToken
) -> None:
    for name in ("one", "other"):
        token = jwt.encode({"sub": name, "exp": NOW + timedelta(minutes=1)}, KEY)
        write(f"{token}\n")
        assert await provider.token() == token


@pytest.mark.parametrize("token", ["opaque", "a.b.c", "a.W10.c", jwt.encode({"sub": "x"}, KEY)])
async def test_a_token_without_an_end_is_the_brokers_to_judge(
    write: Callable[[str], object], provider: FileToken, token: str
) -> None:
    write(token)
    assert await provider.token() == token


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "no token in"),
        ("\n", "it is empty"),
        (jwt.encode({"exp": NOW - timedelta(seconds=1)}, KEY), "has ended"),
    ],
)
async def test_what_cannot_be_used_is_said_and_not_shown(
    write: Callable[[str], object], provider: FileToken, content: str | None, told: str
) -> None:
    if content is not None:
        write(content)
    with pytest.raises(AuthenticationFailedError, match=told) as caught:
        await provider.token()
    assert not (content or "").strip() or str(content) not in str(caught.value)


async def test_the_brokers_reason_is_answered_and_its_consent_is_not(
    write: Callable[[str], object], provider: FileToken
) -> None:
    write("opaque")
    for reply, answer in ((b'{"status":"invalid_token"}', (b"\x01", True)), (b"", None)):
        authenticator = AnsweringAuthenticator(sasl_oauth_token_provider=provider)
        sent, _ = await authenticator.step(None)
        assert b"auth=Bearer opaque" in sent
        assert await authenticator.step(reply) == answer
