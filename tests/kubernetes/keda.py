"""KEDA as local processes: the operator, which reads lag, and the adapter, which the HPA asks."""

from __future__ import annotations

import shutil
from http import HTTPStatus
from pathlib import Path
from threading import Event
from typing import Any

from tests.certificates import Authority

from ragline_cli.stack.http_get import http_get
from ragline_cli.stack.ports import LOOPBACK, choose_port
from ragline_cli.stack.processes import Command
from ragline_cli.stack.server import Server

from .api_client import ApiClient
from .api_server import ApiServer
from .programs import place

NAMESPACE = "keda"
# what the aggregator of the API server asks, in place of a Service's pods
ADAPTER_SERVICE = "keda-metrics-apiserver"
METRICS = "external.metrics.k8s.io"
_PROBE_TIMEOUT_S = 5.0


class KedaOperator(Server):
    """The operator: it makes an HPA of each ScaledObject, and knows the lag that the HPA wants."""

    name = "keda-operator"

    def __init__(self, folder: Path, *, server: ApiServer) -> None:
        super().__init__(folder)
        self._server = server
        self.port, self.probe_port = choose_port(None), choose_port(None)

    @property
    def certificates(self) -> Path:
        """The folder with what operator and adapter show each other, and whom they trust."""
        return self.folder / "certificates"

    def prepare(self, cancel: Event) -> None:
        """Make the certificates, which a Secret holds in a cluster."""
        self.certificates.mkdir(exist_ok=True)
        authority = Authority.make()
        authority.write(self.certificates / "ca.crt")
        authority.sign(self.certificates / "tls.crt")
        # that file has the key, too
        shutil.copyfile(self.certificates / "tls.crt", self.certificates / "tls.key")

    def command(self) -> Command:
        """Return the operator's command line."""
        options = {
            "--cert-dir": str(self.certificates),
            "--health-probe-bind-address": f"{LOOPBACK}:{self.probe_port}",
            "--metrics-bind-address": "0",
            "--metrics-service-bind-address": f"{LOOPBACK}:{self.port}",
            "--zap-log-level": "info",
        }
        return _command(self.name, options, self._server)

    def probe(self) -> str | None:
        """Return what it lacks."""
        url = f"http://{LOOPBACK}:{self.probe_port}/readyz"
        answer = http_get(url, timeout_s=_PROBE_TIMEOUT_S)
        return None if answer.status == HTTPStatus.OK else f"its readiness is {answer.status}"


class KedaAdapter(Server):
    """The metrics server: the API server passes the HPA's questions on to it."""

    name = "keda-adapter"

    def __init__(self, folder: Path, *, server: ApiServer, operator: KedaOperator) -> None:
        super().__init__(folder)
        self._server = server
        self._operator = operator
        self.port = choose_port(None)

    def prepare(self, cancel: Event) -> None:
        """Nothing is to be set up."""

    def command(self) -> Command:
        """Return the adapter's command line."""
        certificates = self._operator.certificates
        options = {
            "--secure-port": str(self.port),
            "--bind-address": LOOPBACK,
            "--port": str(choose_port(None)),
            "--cert-dir": str(certificates),
            "--tls-cert-file": str(certificates / "tls.crt"),
            "--tls-private-key-file": str(certificates / "tls.key"),
            "--metrics-service-address": f"{LOOPBACK}:{self._operator.port}",
            "--authentication-kubeconfig": str(self._server.kubeconfig),
            "--authorization-kubeconfig": str(self._server.kubeconfig),
            "--lister-kubeconfig": str(self._server.kubeconfig),
        }
        return _command(self.name, options, self._server)

    def probe(self) -> str | None:
        """Return what it lacks."""
        client = ApiClient(f"https://{LOOPBACK}:{self.port}", self._server.token)
        try:
            return None if client.is_ok("/readyz") else "it is not ready yet"
        finally:
            client.close()

    def objects(self) -> list[dict[str, Any]]:
        """Return what tells the API server who answers for external metrics."""
        service = {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": ADAPTER_SERVICE, "namespace": NAMESPACE},
            "spec": {
                "type": "ExternalName",
                "externalName": "localhost",
                "ports": [{"port": self.port}],
            },
        }
        registered = {
            "apiVersion": "apiregistration.k8s.io/v1",
            "kind": "APIService",
            "metadata": {"name": f"v1beta1.{METRICS}"},
            "spec": {
                "group": METRICS,
                "version": "v1beta1",
                "groupPriorityMinimum": 100,
                "versionPriority": 100,
                "insecureSkipTLSVerify": True,
                "service": {"name": ADAPTER_SERVICE, "namespace": NAMESPACE, "port": self.port},
            },
        }
        return [service, registered]


def _command(name: str, options: dict[str, str], server: ApiServer) -> Command:
    return Command(
        argv=(place(name), *(f"{key}={value}" for key, value in options.items())),
        env={
            "KUBECONFIG": str(server.kubeconfig),
            "POD_NAMESPACE": NAMESPACE,
            "KEDA_CLUSTER_OBJECT_NAMESPACE": NAMESPACE,
            "WATCH_NAMESPACE": "",
        },
    )
