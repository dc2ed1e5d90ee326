"""kube-apiserver and the programs that work on what it stores, as local processes."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from threading import Event
from types import MappingProxyType

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.certificates import Authority

from ragline_cli.stack.ports import LOOPBACK, choose_port
from ragline_cli.stack.processes import Command
from ragline_cli.stack.server import Server

from .api_client import ApiClient
from .programs import place

_KEY = "service-accounts.pem"
_TOKENS = "tokens.csv"
_KUBECONFIG = "kubeconfig.json"
# a key with its certificate
_FRONT_PROXY = "front-proxy.pem"
_FRONT_PROXY_CA = "front-proxy-ca.pem"


class ApiServer(Server):
    """An API server with RBAC and the default admission plug-ins, PodSecurity among them."""

    name = "kube-apiserver"

    def __init__(self, folder: Path, *, etcd_url: str) -> None:
        super().__init__(folder)
        self._etcd_url = etcd_url
        self.port = choose_port(None)
        self.token = secrets.token_hex(16)

    @property
    def url(self) -> str:
        """`https://127.0.0.1:<port>`, with a certificate that signs itself."""
        return f"https://{LOOPBACK}:{self.port}"

    @property
    def kubeconfig(self) -> Path:
        """The file by which its programs, and kubectl, find it."""
        return self.folder / _KUBECONFIG

    @property
    def service_account_key(self) -> Path:
        """The key that signs the tokens of service accounts."""
        return self.folder / _KEY

    def client(self) -> ApiClient:
        """Return a client with all rights."""
        return ApiClient(self.url, self.token)

    def prepare(self, cancel: Event) -> None:
        """Write the key, the one token and the kubeconfig."""
        key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
        self.service_account_key.write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        )
        authority = Authority.make()
        authority.write(self.folder / _FRONT_PROXY_CA)
        authority.sign(self.folder / _FRONT_PROXY)
        (self.folder / _TOKENS).write_text(f"{self.token},admin,admin,system:masters\n")
        named = {"cluster": "ragline", "user": "admin"}
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                {
                    "name": "ragline",
                    "cluster": {"server": self.url, "insecure-skip-tls-verify": True},
                }
            ],
            "users": [{"name": "admin", "user": {"token": self.token}}],
            "contexts": [{"name": "ragline", "context": named}],
            "current-context": "ragline",
        }
        self.kubeconfig.write_text(json.dumps(config))

    def command(self) -> Command:
        """Return the server's command line."""
        options = {
            "--bind-address": LOOPBACK,
            "--secure-port": str(self.port),
            "--cert-dir": str(self.folder / "certificates"),
            "--etcd-servers": self._etcd_url,
            "--service-cluster-ip-range": "10.96.0.0/16",
            "--authorization-mode": "RBAC",
            "--token-auth-file": str(self.folder / _TOKENS),
            # as most clusters have it, so that it is PodSecurity that refuses a privileged pod
            "--allow-privileged": "true",
            "--service-account-issuer": self.url,
            "--service-account-key-file": str(self.service_account_key),
            "--service-account-signing-key-file": str(self.service_account_key),
            # how another server of an API group, such as one for metrics, knows this one
            "--proxy-client-cert-file": str(self.folder / _FRONT_PROXY),
            "--proxy-client-key-file": str(self.folder / _FRONT_PROXY),
            "--requestheader-client-ca-file": str(self.folder / _FRONT_PROXY_CA),
            "--requestheader-username-headers": "X-Remote-User",
            "--requestheader-group-headers": "X-Remote-Group",
            "--requestheader-extra-headers-prefix": "X-Remote-Extra-",
        }
        return _command("kube-apiserver", options)

    def probe(self) -> str | None:
        """Return what it lacks to serve."""
        client = self.client()
        try:
            return None if client.is_ok("/readyz") else "it is not ready yet"
        finally:
            client.close()


class Controllers(Server):
    """kube-controller-manager or kube-scheduler: they act on the objects of an API server."""

    def __init__(
        self,
        program: str,
        folder: Path,
        *,
        server: ApiServer,
        options: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.name = program
        super().__init__(folder)
        self._server = server
        self._options = options
        self.port = choose_port(None)

    def prepare(self, cancel: Event) -> None:
        """Nothing is to be set up."""

    def command(self) -> Command:
        """Return the program's command line."""
        options = {
            "--kubeconfig": str(self._server.kubeconfig),
            "--authentication-kubeconfig": str(self._server.kubeconfig),
            "--authorization-kubeconfig": str(self._server.kubeconfig),
            "--bind-address": LOOPBACK,
            "--secure-port": str(self.port),
            "--cert-dir": str(self.folder / "certificates"),
            "--leader-elect": "false",
        }
        if self.name == "kube-controller-manager":
            options |= {
                "--service-account-private-key-file": str(self._server.service_account_key),
                # the nodes of the tests have no kubelet that says every few seconds how they are
                "--node-monitor-grace-period": "1h",
            }
        return _command(self.name, {**options, **self._options})

    def probe(self) -> str | None:
        """Return what it lacks; its probe is served without credentials."""
        client = ApiClient(f"https://{LOOPBACK}:{self.port}", self._server.token)
        try:
            return None if client.is_ok("/healthz") else "it is not healthy yet"
        finally:
            client.close()


def _command(program: str, options: dict[str, str]) -> Command:
    return Command(argv=(place(program), *(f"{name}={value}" for name, value in options.items())))
