"""Which of Redis' failures are worth another try."""

from __future__ import annotations

import pytest
from redis import exceptions as redis_errors
from redis._parsers.base import BaseParser

from ragline.adapters.redis.client import translated
from ragline.errors import CredentialsRefused, Misconfigured, RaglineError, Unavailable


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (redis_errors.ConnectionError("Error 111 connecting"), Unavailable),
        (redis_errors.ConnectionError("Connection reset by peer"), Unavailable),
        (redis_errors.TimeoutError("Timeout reading"), Unavailable),
        (redis_errors.MaxConnectionsError("too many connections"), Unavailable),
        (redis_errors.InvalidResponse("Protocol Error"), Unavailable),
        (redis_errors.WatchError("changed"), Unavailable),
        (ConnectionResetError("reset"), Unavailable),
        (TimeoutError(), Unavailable),
        (redis_errors.DataError("no bytes"), Misconfigured),
    ],
)
def test_the_clients_failures(error: Exception, expected: type[RaglineError]) -> None:
    with pytest.raises(expected) as caught, translated("claim"):
        raise error
    assert type(caught.value) is expected
    assert str(caught.value).startswith("claim: ")


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("LOADING Redis is loading the dataset in memory", Unavailable),
        ("READONLY You can't write against a read only replica.", Unavailable),
        ("OOM command not allowed when used memory > 'maxmemory'.", Unavailable),
        ("BUSY Redis is busy running a script.", Unavailable),
        ("MISCONF Redis is configured to save RDB snapshots, but cannot", Unavailable),
        ("NOREPLICAS Not enough good replicas to write.", Unavailable),
        ("MASTERDOWN Link with MASTER is down", Unavailable),
        ("CLUSTERDOWN The cluster is down", Unavailable),
        ("TRYAGAIN Multiple keys request during rehashing of slot", Unavailable),
        ("EXECABORT Transaction discarded because of previous errors.", Unavailable),
        ("ERR max number of clients reached", Unavailable),
        ("NOSCRIPT No matching script. Please use EVAL.", Unavailable),
        (
            "ERR Error running script (call to f_6b1bf486c81ceb7edf3c093f4c48582e38c0e791): "
            "@user_script:4: -READONLY You can't write against a read only replica. ",
            Unavailable,
        ),
        (
            "ERR Error running script (call to f_6b1bf486c81ceb7edf3c093f4c48582e38c0e791): "
            "@user_script:4: -OOM command not allowed when used memory > 'maxmemory'. ",
            Unavailable,
        ),
        ("NOAUTH Authentication required.", CredentialsRefused),
        ("WRONGPASS invalid username-password pair or user is disabled.", CredentialsRefused),
        ("ERR invalid password", CredentialsRefused),
        ("NOPERM this user has no permissions to run the 'set' command", CredentialsRefused),
        ("DENIED Redis is running in protected mode because", CredentialsRefused),
        ("MOVED 3999 127.0.0.1:6381", Misconfigured),
        ("WRONGTYPE Operation against a key holding the wrong kind of value", Misconfigured),
        ("ERR unknown command 'XADD'", Misconfigured),
    ],
)
def test_the_servers_answers(reply: str, expected: type[RaglineError]) -> None:
    parsed: Exception = BaseParser.parse_error(reply)  # type: ignore[no-untyped-call]
    with pytest.raises(expected) as caught, translated("claim"):
        raise parsed
    assert type(caught.value) is expected
