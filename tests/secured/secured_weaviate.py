"""A Weaviate that is reached over TLS only, over HTTP and gRPC, with certificates of its own CA."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Event

from tests.certificates import Authority

from ragline_cli.stack.ports import LOOPBACK, accepts
from ragline_cli.stack.processes import Command
from ragline_cli.stack.weaviate import WeaviateServer

KEY = "a key of the tests"


class SecuredWeaviate(WeaviateServer):
    """Weaviate with TLS and an API key; `cafile` is the CA to trust, `other_cafile` one not to."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, api_key=KEY)
        self.cafile = self.folder / "ca.pem"
        self.other_cafile = self.folder / "other-ca.pem"
        self._own = self.folder / "server.pem"

    @property
    def url(self) -> str:
        """`https://127.0.0.1:<port>`."""
        return f"https://{LOOPBACK}:{self.port}"

    def prepare(self, cancel: Event) -> None:
        """Make the certificates."""
        authority = Authority.make()
        authority.write(self.cafile)
        Authority.make().write(self.other_cafile)
        authority.sign(self._own)
        super().prepare(cancel)

    def command(self) -> Command:
        """Return the server's command line."""
        made = super().command()
        argv = (
            *(made.argv[0], "--scheme", "https", "--tls-host", LOOPBACK),
            *("--tls-port", str(self.port)),
            *("--tls-certificate", self._own, "--tls-key", self._own),
        )
        files = {"GRPC_CERT_FILE": str(self._own), "GRPC_KEY_FILE": str(self._own)}
        return replace(made, argv=argv, env={**made.env, **files})

    def probe(self) -> str | None:
        """Return what is not open yet."""
        if not accepts(self.port):
            return "its port is not open yet"
        return None if accepts(self.grpc_port) else "its gRPC port is not open yet"
