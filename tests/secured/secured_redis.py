"""A Redis that is reached over TLS only, with certificates of its own CA, and with an account."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from urllib.parse import urlencode

from redis import Redis
from tests.certificates import Authority
from tests.secured.locked_programs import unpack_redis
from tests.secured.redis_account import NAME, PASSWORD, make_account

from ragline_cli.stack.ports import LOOPBACK
from ragline_cli.stack.redis import RedisServer


class SecuredRedis(RedisServer):
    """Redis 7 with TLS and the account of the services.

    `cafile` is the CA to trust, `other_cafile` one not to; `client` is a client's key and
    certificate, which the server accepts and does not demand unless it is told to.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.cafile = self.folder / "ca.pem"
        self.other_cafile = self.folder / "other-ca.pem"
        self.client = self.folder / "client.pem"
        self._own = self.folder / "server.pem"

    @property
    def url(self) -> str:
        """The administrator's URL."""
        return self.url_of(f":{self._password}")

    def url_of(
        self, login: str = f"{NAME}:{PASSWORD}", *, host: str = LOOPBACK, **parameters: object
    ) -> str:
        """Return the URL of an account, the services' by default; it trusts the right CA."""
        given = {"ssl_ca_certs": self.cafile} | parameters
        return f"rediss://{login}@{host}:{self.port}/0?{urlencode(given)}"

    @property
    def program(self) -> Path:
        """The server's program, with TLS."""
        return unpack_redis(self.folder)

    def prepare(self, cancel: Event) -> None:
        """Make the certificates and the configuration."""
        authority = Authority.make()
        authority.write(self.cafile)
        Authority.make().write(self.other_cafile)
        authority.sign(self._own)
        authority.sign(self.client, name="client")
        super().prepare(cancel)

    def configuration(self) -> str:
        """Return `redis.conf`: the port is that of TLS."""
        plain = super().configuration().replace(f"port {self.port}\n", "port 0\n")
        return plain + "\n".join(
            (
                f"tls-port {self.port}",
                f"tls-cert-file {self._own.name}",
                f"tls-key-file {self._own.name}",
                f"tls-ca-cert-file {self.cafile.name}",
                "tls-auth-clients optional",
                "",
            )
        )

    def probe(self) -> str | None:
        """Look whether it answers, and make the account."""
        if lacking := super().probe():
            return lacking
        with Redis.from_url(self.url) as admin:
            make_account(admin)
        return None
