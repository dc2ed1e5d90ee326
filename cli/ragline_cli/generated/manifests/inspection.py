"""Queries on the objects that an overlay builds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from ragline.contracts.topics import Service
from ragline_cli.generated.manifests.metadata import Object, full_name
from ragline_cli.generated.settings_table import Setting

# the namespace in a Service's name: `redis.<namespace>.svc`
_NAMESPACE = re.compile(r"\.([A-Za-z0-9-]+)\.svc\b")


def of_kind(objects: Iterable[Object], kind: str) -> dict[str, Object]:
    """Return the objects of one kind by name."""
    return {made["metadata"]["name"]: made for made in objects if made["kind"] == kind}


def deployment(objects: Iterable[Object], service: Service) -> Object:
    """Return the service's Deployment. Raises KeyError if there is none."""
    return of_kind(objects, "Deployment")[full_name(service)]


def container(objects: Iterable[Object], service: Service) -> Object:
    """Return the only container of the service's pods."""
    (only,) = deployment(objects, service)["spec"]["template"]["spec"]["containers"]
    made: Object = only
    return made


def config(objects: Iterable[Object], service: Service) -> dict[str, str]:
    """Return the variables that the service gets from its ConfigMaps, later ones winning."""
    objects = list(objects)
    maps = of_kind(objects, "ConfigMap")
    found: dict[str, str] = {}
    for source in container(objects, service)["envFrom"]:
        found |= maps[source["configMapRef"]["name"]].get("data", {})
    return found


def secret_keys(objects: Iterable[Object], service: Service) -> dict[str, Object]:
    """Return the references to keys of Secrets (`name`, `key`, `optional`) by variable."""
    return {
        variable["name"]: variable["valueFrom"]["secretKeyRef"]
        for variable in container(objects, service).get("env", [])
        if "secretKeyRef" in variable["valueFrom"]
    }


def pod_fields(objects: Iterable[Object], service: Service) -> dict[str, str]:
    """Return the paths of what the service is told of its own pod, by variable."""
    return {
        variable["name"]: variable["valueFrom"]["fieldRef"]["fieldPath"]
        for variable in container(objects, service).get("env", [])
        if "fieldRef" in variable["valueFrom"]
    }


def environment_problems(
    objects: Iterable[Object], settings: Mapping[Service, Iterable[Setting]]
) -> Iterator[str]:
    """Yield a line for each variable that is not a setting, and for each missing required one."""
    objects = list(objects)
    for service, known in settings.items():
        public, secret = config(objects, service), secret_keys(objects, service)
        told = pod_fields(objects, service)
        given = {*public, *told, *(name for name, key in secret.items() if not key["optional"])}
        for name in sorted({*public, *secret, *told} - {setting.env for setting in known}):
            yield f"{service}: {name} is no setting of this service"
        for setting in known:
            if setting.env not in given and _must_be_given(setting):
                yield f"{service}: {setting.env} must be set"
            if setting.env in public and setting.secret:
                yield f"{service}: {setting.env} is a secret and stands in a ConfigMap"


def _must_be_given(setting: Setting) -> bool:
    """Whether an overlay must set it: an address that defaults to localhost is useless there."""
    return setting.required or "localhost" in (setting.default or "")


def address_problems(objects: Iterable[Object]) -> Iterator[str]:
    """Yield a line for each address in another namespace than the object that names it.

    A copied overlay would otherwise work on the data of the one that it was copied from.
    """
    for made in objects:
        own = made["metadata"].get("namespace")
        for name, value in made.get("data", {}).items():
            for other in _NAMESPACE.findall(value):
                if other != own:
                    yield (
                        f"{made['kind']}/{made['metadata']['name']}: {name} is an address in "
                        f"{other}, not in the overlay's namespace {own}"
                    )
