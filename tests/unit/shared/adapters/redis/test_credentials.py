"""A password from a file is used as soon as it changes; one from a variable stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from ragline.adapters.redis.credentials import connection_options
from ragline.errors import Misconfigured
from ragline.settings import RedisSettings


def options(**settings: str) -> dict[str, object]:
    return connection_options(RedisSettings.model_validate(settings))


async def credentials(found: dict[str, object]) -> tuple[str, ...]:
    return await found["credential_provider"].get_credentials_async()  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://host:1/0", ()),
        ("redis://user@host:1/0", ()),
        ("redis://:secret@host:1/0", ("secret",)),
        ("rediss://user:se%40cret@host:1/0", ("user", "se@cret")),
        ("unix://user:secret@/tmp/redis.sock?db=1", ("user", "secret")),
    ],
)
async def test_credentials_of_a_url(url: str, expected: tuple[str, ...]) -> None:
    found = options(url=url)
    assert await credentials(found) == expected
    assert not {"username", "password"} & set(found)


async def test_a_changed_file_is_read_for_the_next_connection(tmp_path: Path) -> None:
    secret = tmp_path / "url"
    secret.write_text("redis://:first@host:6380/2\n")
    found = options(url_file=str(secret), url="redis://:ignored@elsewhere")
    assert (found["host"], found["port"], found["db"]) == ("host", 6380, 2)
    assert await credentials(found) == ("first",)

    secret.write_text("redis://user:second@host:6380/2\n")
    assert await credentials(found) == ("user", "second")


async def test_the_last_password_is_kept_while_the_file_is_replaced(tmp_path: Path) -> None:
    secret = tmp_path / "url"
    secret.write_text("redis://:first@host")
    found = options(url_file=str(secret))
    for content in ("", "half of"):
        secret.write_text(content)
        assert await credentials(found) == ("first",)
    secret.unlink()
    assert await credentials(found) == ("first",)


@pytest.mark.parametrize("url", ["http://host", "host:6379", ""])
def test_what_is_no_redis_url_is_said_at_once_and_not_shown(url: str) -> None:
    with pytest.raises(Misconfigured, match="must look like redis://"):
        options(url=url)


def test_a_file_that_is_not_there_is_said_at_once() -> None:
    with pytest.raises(Misconfigured, match=r"URL_FILE.*/nowhere cannot be read"):
        options(url_file="/nowhere")


def test_caches_share_the_ledger_s_redis_unless_they_have_their_own() -> None:
    shared = RedisSettings.model_validate({"url": "redis://ledger", "pool_size": 7})
    own = shared.model_copy(update={"cache_url_file": "/etc/caches", "url_file": "/etc/ledger"})

    assert shared.caches is shared
    assert own.caches.url_file == "/etc/caches"
    apart = RedisSettings.model_validate({"url_file": "/etc/ledger", "cache_url": "redis://caches"})
    assert apart.caches.url.get_secret_value() == "redis://caches"
    assert apart.caches.url_file is None
