"""Applies objects as `kubectl apply --server-side` does, and keeps what the server warns of."""

from __future__ import annotations

import json
import ssl
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import httpx

from ragline_cli.generated.manifests.metadata import Object

_MANAGER = "ragline"
_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What the server said to an object: `refused` is why it did not take it."""

    object: Object
    warnings: tuple[str, ...] = ()
    refused: str | None = None

    @property
    def name(self) -> str:
        """`Kind/name`."""
        return f"{self.object['kind']}/{self.object['metadata']['name']}"


@dataclass
class ApiClient:
    """A client with all rights.

    Args:
        url: of the API server, whose certificate signs itself.
        token: that it knows the client by.
    """

    url: str
    token: str
    _paths: dict[tuple[str, str], tuple[str, bool]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        headers = {"Authorization": f"Bearer {self.token}"}
        self._http = httpx.Client(
            base_url=self.url, headers=headers, verify=context, timeout=_TIMEOUT_S
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def get(self, path: str, **parameters: str) -> Any:
        """Return the JSON at `path`."""
        return self._http.get(path, params=parameters).raise_for_status().json()

    def scale(self, deployment: Object, replicas: int) -> None:
        """Set the number of a Deployment's pods, as an autoscaler does."""
        self._http.patch(
            f"{self.collection(deployment)}/{deployment['metadata']['name']}/scale",
            headers={"Content-Type": "application/merge-patch+json"},
            content=json.dumps({"spec": {"replicas": replicas}}),
        ).raise_for_status()

    def is_ok(self, probe: str) -> bool:
        """Return whether a probe of the server answers 200."""
        try:
            return self._http.get(probe).status_code == HTTPStatus.OK
        except httpx.HTTPError:
            return False

    def apply(self, made: Object, *, part: str = "") -> Applied:
        """Apply an object, or a `part` of it such as `/status`; an unknown field is an error.

        Raises:
            LookupError: the server does not know the kind.
        """
        answer = self._http.patch(
            f"{self.collection(made)}/{made['metadata']['name']}{part}",
            params={"fieldManager": _MANAGER, "fieldValidation": "Strict"},
            headers={"Content-Type": "application/apply-patch+yaml"},
            content=json.dumps(made),
        )
        # `299 - "text"`
        warnings = tuple(answer.headers.get_list("Warning"))
        refused = None if answer.is_success else answer.json().get("message", answer.text)
        return Applied(
            object=answer.json() if answer.is_success else made, warnings=warnings, refused=refused
        )

    def collection(self, made: Object) -> str:
        """Return the path of all objects of a kind, in the namespace where it has one.

        Raises:
            LookupError: the server does not know the kind.
        """
        path, namespaced = self._known(made["apiVersion"], made["kind"])
        group = "api" if "/" not in made["apiVersion"] else "apis"
        inside = f"namespaces/{made['metadata']['namespace']}/" if namespaced else ""
        return f"/{group}/{made['apiVersion']}/{inside}{path}"

    def knows(self, api_version: str, kind: str) -> bool:
        """Return whether the server serves the kind."""
        try:
            self._known(api_version, kind)
        except LookupError:
            return False
        return True

    def _known(self, api_version: str, kind: str) -> tuple[str, bool]:
        if (api_version, kind) not in self._paths:
            group = "api" if "/" not in api_version else "apis"
            answer = self._http.get(f"/{group}/{api_version}")
            for each in answer.json().get("resources", ()) if answer.is_success else ():
                if "/" not in each["name"]:
                    self._paths[api_version, each["kind"]] = each["name"], each["namespaced"]
        try:
            return self._paths[api_version, kind]
        except KeyError:
            raise LookupError(f"the server knows no {kind} of {api_version}") from None
