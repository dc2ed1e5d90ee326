"""What is wrong is refused by the server, so that a clean apply means something."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ragline.contracts.topics import Service
from ragline_cli.generated.manifests import kustomize
from ragline_cli.generated.manifests.inspection import deployment, of_kind
from ragline_cli.generated.manifests.metadata import Object, manifest

from .api_client import ApiClient, Applied
from .control_plane import DEPLOY

_NAMESPACE = "wrong"
_RESTRICTED = 'violates PodSecurity "restricted:latest"'


@pytest.fixture(scope="module")
def prod(api: ApiClient) -> list[Object]:
    """Production's objects, in a namespace in which nothing is right."""
    objects = kustomize.build(DEPLOY / "overlays/prod")
    (own,) = of_kind(objects, "Namespace").values()
    labels = own["metadata"]["labels"]
    for made in (
        manifest("v1", "Namespace", _NAMESPACE, labels=labels),
        manifest("v1", "ServiceAccount", "ragline-retriever", namespace=_NAMESPACE),
    ):
        assert api.apply(made).refused is None
    return [moved(made) for made in objects]


def moved(made: Object) -> Object:
    return made | {"metadata": made["metadata"] | {"namespace": _NAMESPACE}}


def pod_of(made: Object) -> Object:
    """Return the pod that a Deployment's controller would make."""
    template = copy.deepcopy(made["spec"]["template"])
    metadata = {"name": "one", "namespace": _NAMESPACE, **template["metadata"]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]}


def changed(made: Object, path: str, value: Any) -> Object:
    """Return a copy with `value` at `path`: names and indexes between slashes."""
    copied = copy.deepcopy(made)
    *way, last = (int(step) if step.isdigit() else step for step in path.split("/"))
    inner: Any = copied
    for step in way:
        inner = inner[step]
    inner[last] = value
    return copied


@pytest.mark.parametrize(
    ("kind", "name", "path", "value", "told"),
    [
        ("Deployment", "ragline-retriever", "spec/replica", 3, "spec.replica: field not declared"),
        (
            "Deployment",
            "ragline-retriever",
            "spec/template/spec/containers/0/livenessprobe",
            {},
            "livenessprobe: field not declared",
        ),
        ("NetworkPolicy", "ragline-retriever", "spec/policyTypes", ["Out"], "policyTypes"),
        ("KafkaTopic", "queries", "spec/partitions", "24", "spec.partitions"),
        (
            "KafkaUser",
            "ragline-retriever",
            "spec/authorization/acls/0/operations",
            ["Reed"],
            'Unsupported value: "Reed"',
        ),
        ("KafkaUser", "ragline-retriever", "spec/authorisation", {}, "field not declared"),
        ("ScaledObject", "ragline-retriever", "spec/maxReplicas", 3, "field not declared"),
        ("ScaledObject", "ragline-retriever", "spec/triggers", "kafka", "spec.triggers"),
    ],
)
def test_a_wrong_field_is_refused(
    api: ApiClient, prod: list[Object], kind: str, name: str, path: str, value: Any, told: str
) -> None:
    made = of_kind(prod, kind)[name]
    assert api.apply(made).refused is None

    refused = api.apply(changed(made, path, value)).refused

    assert refused is not None
    assert told in refused


def test_a_kind_that_no_operator_brought_is_refused(api: ApiClient, prod: list[Object]) -> None:
    topic = of_kind(prod, "KafkaTopic")["queries"] | {"kind": "KafkaTheme"}

    with pytest.raises(LookupError, match="no KafkaTheme"):
        api.apply(topic)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("containers/0/securityContext", {"privileged": True}),
        ("containers/0/securityContext/allowPrivilegeEscalation", True),
        ("containers/0/securityContext/capabilities", {"add": ["NET_ADMIN"]}),
        ("securityContext/runAsUser", 0),
        ("securityContext/runAsNonRoot", False),
        ("securityContext/seccompProfile", {"type": "Unconfined"}),
        ("hostNetwork", True),
        ("volumes/0", {"name": "tmp", "hostPath": {"path": "/"}}),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_a_pod_with_more_rights_is_refused(
    api: ApiClient, prod: list[Object], path: str, value: Any
) -> None:
    pod = pod_of(deployment(prod, Service.RETRIEVER))

    refused = api.apply(changed(pod, f"spec/{path}", value)).refused

    assert refused is not None
    assert _RESTRICTED in refused


def test_a_deployment_of_such_pods_is_warned_of(api: ApiClient, prod: list[Object]) -> None:
    made = deployment(prod, Service.RETRIEVER)
    path = "spec/template/spec/containers/0/securityContext/allowPrivilegeEscalation"

    done: Applied = api.apply(changed(made, path, True))

    assert any("would violate PodSecurity" in warning for warning in done.warnings)
