"""The Redis of the manifests, with the users that the example of External Secrets makes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Event
from uuid import uuid4

import pytest
import yaml
from redis import Redis as AdminClient
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError
from tests.patience import patient_redis

from ragline.adapters.redis.client import open_redis
from ragline.adapters.redis.ledger import RedisAnswerLedger
from ragline.adapters.redis.rights import rules
from ragline.contracts.base import QueryRef
from ragline.ports.answers import Attempt
from ragline_cli.generated.manifests.metadata import Object
from ragline_cli.stack.processes import Command
from ragline_cli.stack.redis import RedisServer
from ragline_cli.stack.server import running

_COMPONENTS = Path(__file__).resolve().parents[3] / "deploy/k8s/components"
_PASSWORDS = {"redis": "of-ragline", "admin": "of-the-administrator"}


def _users() -> str:
    """Return the file as the operator fills it in."""
    external: Object = yaml.safe_load(
        (_COMPONENTS / "external-secrets/redis-users.yaml").read_text(encoding="utf-8")
    )
    text: str = external["spec"]["target"]["template"]["data"]["users.acl"]
    for name, password in _PASSWORDS.items():
        text = text.replace(f"{{{{ .{name} }}}}", password)
    return text


class ManifestRedis(RedisServer):
    """A Redis with the arguments and the users' file that a pod of `claims.yaml` has."""

    def prepare(self, cancel: Event) -> None:
        """Write the users' file instead of a configuration."""
        self._users.write_text(_users(), encoding="utf-8")

    def command(self) -> Command:
        """Return the command line of the pod, on a port and in a folder of the test's own."""
        _, stateful_set = yaml.safe_load_all((_COMPONENTS / "redis/claims.yaml").read_text())
        (container,) = stateful_set["spec"]["template"]["spec"]["containers"]
        args = [arg.replace("$(MAXMEMORY)", "100mb") for arg in container["args"]]
        args[args.index("/etc/redis/users.acl")] = str(self._users)
        own = ("--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder))
        return Command(argv=(self.program, *own, *args), cwd=self.folder)

    def url_of(self, user: str, password: str) -> str:
        """Return the URL with which this user connects."""
        return f"redis://{user}:{password}@127.0.0.1:{self.port}/0"

    def probe(self) -> str | None:
        """Send a ping as the pod's probe does: without credentials."""
        try:
            with closing(AdminClient(port=self.port)) as client:
                client.ping()
        except RedisError as error:
            return str(error)
        return None

    @property
    def _users(self) -> Path:
        return self.folder / "users.acl"


@pytest.fixture(scope="module")
def server(redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ManifestRedis]:
    """The server; the session's one says whether this machine has Redis."""
    with running(ManifestRedis(tmp_path_factory.mktemp("users"))) as made:
        yield made


def test_the_example_gives_ragline_the_documented_rights() -> None:
    (line,) = (line for line in _users().splitlines() if line.startswith("user ragline "))

    assert line == f"user ragline on >{_PASSWORDS['redis']} {' '.join(rules())}"


def test_without_credentials_one_may_ping_and_nothing_else(server: ManifestRedis) -> None:
    with closing(AdminClient(port=server.port)) as client:
        assert client.ping() is True
        with pytest.raises(NoPermissionError):
            client.get("ragline:x")


async def test_claims_are_kept_under_ragline_s_account(server: ManifestRedis) -> None:
    url = server.url_of("ragline", _PASSWORDS["redis"])
    async with open_redis(patient_redis(url=url)) as redis:
        ledger = RedisAnswerLedger(redis, ttl_s=60, lease_s=6)
        attempt = Attempt(QueryRef("acme", str(uuid4())))

        assert await ledger.claim(attempt, b"the first") == b"the first"
        assert await ledger.claim(attempt, b"another") == b"the first"


def test_claims_are_written_to_disk_and_none_is_evicted(server: ManifestRedis) -> None:
    with closing(AdminClient.from_url(server.url_of("admin", _PASSWORDS["admin"]))) as admin:
        assert admin.config_get("appendonly") == {"appendonly": "yes"}
        assert admin.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_another_password_is_refused(server: ManifestRedis) -> None:
    with (
        closing(AdminClient.from_url(server.url_of("ragline", "another"))) as client,
        pytest.raises(AuthenticationError),
    ):
        client.ping()
