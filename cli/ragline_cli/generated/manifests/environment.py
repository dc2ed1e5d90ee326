"""The environment of a service: settings from ConfigMaps, secrets from Secrets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ragline.contracts.topics import Service
from ragline.errors import Misconfigured
from ragline_cli.generated.manifests.metadata import Object, full_name
from ragline_cli.generated.manifests.values import (
    API_PORT,
    KAFKA_PASSWORD,
    KAFKA_PASSWORD_KEY,
    KAFKA_USERNAME,
    SECRET,
)
from ragline_cli.generated.settings_table import Setting

# Set for services that have the group; other settings keep their defaults
_OWN: Mapping[str, str] = {
    "RAGLINE_VECTOR_STORE__KIND": "weaviate",
    "RAGLINE_VECTOR_STORE__GRPC_PORT": "50051",
    "RAGLINE_GATEWAY__HOST": "*",  # requests come from outside the pod
    "RAGLINE_GATEWAY__PORT": str(API_PORT),
}


def config_name(service: Service) -> str:
    """Return the name of the ConfigMap with the service's own settings."""
    return full_name(service)


def own_settings(service: Service, settings: Iterable[Setting]) -> dict[str, str]:
    """Return the values that this service needs in addition to those common to all services."""
    own = {**_OWN, KAFKA_USERNAME: full_name(service)}
    return {setting.env: own[setting.env] for setting in settings if setting.env in own}


def secret_variables(service: Service, settings: Iterable[Setting]) -> list[Object]:
    """Return a reference for each secret that this service needs, and for no others.

    A secret without a default may be missing. A default points to localhost, which is wrong in a
    cluster, so the pod must not start without a secret that has one.
    """
    return [
        {"name": setting.env, "valueFrom": {"secretKeyRef": _reference(service, setting)}}
        for setting in settings
        if setting.secret
    ]


def pod_variables(service: Service) -> list[Object]:
    """Return what a service is told of its own pod.

    A container that is started again in its pod takes its dead predecessor's place in the group.
    """
    if service is Service.GATEWAY:  # reads all of a topic, in no group
        return []
    name = {"fieldRef": {"fieldPath": "metadata.name"}}
    return [{"name": "RAGLINE_KAFKA__GROUP_INSTANCE_ID", "valueFrom": name}]


def _reference(service: Service, setting: Setting) -> Object:
    if setting.env == KAFKA_PASSWORD:
        return {"name": full_name(service), "key": KAFKA_PASSWORD_KEY, "optional": True}
    return {"name": SECRET, "key": setting.env, "optional": setting.default is None}


def checked(values: Mapping[str, str], settings: Iterable[Setting]) -> dict[str, str]:
    """Return `values` if each name is a setting.

    Raises:
        Misconfigured: no settings class has one of the names.
    """
    known = {setting.env for setting in settings}
    if unknown := sorted(set(values) - known):
        raise Misconfigured(f"manifests/values.py names settings that do not exist: {unknown}")
    return dict(values)
