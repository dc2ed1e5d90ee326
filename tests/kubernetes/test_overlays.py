"""Every overlay, as `kubectl apply --server-side` brings it, on an API server that enforces."""

from __future__ import annotations

import json
from functools import partial

import pytest
from tests.patience import eventually

from ragline_cli.generated.manifests import kustomize
from ragline_cli.generated.manifests.check import ALONE, OVERLAYS
from ragline_cli.generated.manifests.inspection import of_kind
from ragline_cli.generated.manifests.metadata import Object, manifest
from ragline_cli.reindex.ingestor_deployment import deployment_for

from .api_client import ApiClient, Applied
from .control_plane import DEPLOY, ZONES

_WORKLOADS = ("Deployment", "StatefulSet", "Job")


@pytest.fixture(scope="module", params=OVERLAYS)
def objects(request: pytest.FixtureRequest) -> list[Object]:
    """The objects of each overlay, the namespace first."""
    return kustomize.build(DEPLOY / "overlays" / request.param)


@pytest.fixture(scope="module")
def applied(api: ApiClient, objects: list[Object]) -> list[Applied]:
    """What the server said to each of them."""
    return [api.apply(made) for made in objects]


def test_every_object_is_taken_without_a_warning(applied: list[Applied]) -> None:
    assert {done.name: done.refused for done in applied if done.refused} == {}
    assert {done.name: done.warnings for done in applied if done.warnings} == {}


def test_the_server_enforces_the_restricted_profile(objects: list[Object]) -> None:
    (namespace,) = of_kind(objects, "Namespace").values()

    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_applied_again_nothing_changes(
    api: ApiClient, objects: list[Object], applied: list[Applied]
) -> None:
    for made, first in zip(objects, applied, strict=True):
        again = api.apply(made)

        assert again.refused is None, again
        assert content(again) == content(first), again.name


def content(done: Applied) -> Object:
    """Return what we decide about an object: not its state, nor what an autoscaler decides."""
    kept = {key: done.object[key] for key in ("data", "spec") if key in done.object}
    return kept | {"spec": {**kept.get("spec", {}), "replicas": None}}


def test_each_workload_gets_its_pods_and_each_pod_a_node(
    api: ApiClient, applied: list[Applied]
) -> None:
    """The controllers make the pods, which PodSecurity admits, and the scheduler places them."""
    for done in applied:
        if done.object["kind"] in _WORKLOADS:
            assert eventually(partial(nodes, api, done.object))


def test_each_job_that_is_due_gets_its_pod(api: ApiClient, applied: list[Applied]) -> None:
    """As `kubectl create job --from=cronjob/…` makes one."""
    for done in applied:
        if done.object["kind"] == "CronJob":
            name, namespace = (done.object["metadata"][key] for key in ("name", "namespace"))
            spec = done.object["spec"]["jobTemplate"]["spec"]
            job = api.apply(manifest("batch/v1", "Job", f"{name}-now", spec, namespace=namespace))

            assert (job.refused, job.warnings) == (None, ())
            assert eventually(partial(nodes, api, job.object))


def test_pods_of_a_service_spread_over_the_zones(api: ApiClient, applied: list[Applied]) -> None:
    (deployment,) = (done.object for done in applied if done.name == "Deployment/ragline-retriever")

    api.scale(deployment, len(ZONES))

    found = eventually(lambda: nodes(api, deployment, at_least=len(ZONES)))
    assert {name[0] for name in found} == set(ZONES)


def test_applied_again_the_autoscalers_pods_stay(
    api: ApiClient, objects: list[Object], applied: list[Applied]
) -> None:
    (done,) = (done for done in applied if done.name == "Deployment/ragline-reranker")
    api.scale(done.object, 5)

    again = api.apply(of_kind(objects, "Deployment")["ragline-reranker"])

    assert again.object["spec"]["replicas"] == 5


def test_the_ingestors_of_another_index_are_taken_too(
    api: ApiClient, applied: list[Applied]
) -> None:
    """As `kubectl get … -o json | ragline reindex manifest next | kubectl apply` brings them."""
    (done,) = (done for done in applied if done.name == "Deployment/ragline-ingestor")
    made = deployment_for(json.dumps(done.object), "next")

    taken = api.apply(made)

    assert (taken.refused, taken.warnings) == (None, ())
    assert eventually(partial(nodes, api, taken.object))


def nodes(api: ApiClient, workload: Object, *, at_least: int = 1) -> list[str]:
    """Return the node of each pod of a workload, as soon as there are so many, all placed."""
    labels = workload["spec"]["template"]["metadata"]["labels"]
    pods = api.get(
        f"/api/v1/namespaces/{workload['metadata']['namespace']}/pods",
        labelSelector=",".join(f"{name}={value}" for name, value in labels.items()),
    )["items"]
    found = [pod["spec"].get("nodeName") for pod in pods]
    return found if len(found) >= at_least and all(found) else []


@pytest.mark.parametrize("component", [*ALONE, "gateway-api"])
def test_a_component_for_other_overlays_is_taken_too(api: ApiClient, component: str) -> None:
    for made in kustomize.build(DEPLOY / "components" / component):
        done = api.apply(made | {"metadata": made["metadata"] | {"namespace": "default"}})
        assert (done.refused, done.warnings) == (None, ()), done.name
