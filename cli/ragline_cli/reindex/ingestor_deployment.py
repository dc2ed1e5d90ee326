"""A Deployment of ingestors for a further index, made from that of the ingestors that there are."""

from __future__ import annotations

import json
from typing import Any

from ragline.contracts.indexes import BASE_INDEX
from ragline.errors import Misconfigured

_VARIABLE = "RAGLINE_INGESTOR__INDEX"
_LABEL = "ragline.index"
# what the cluster adds to what was applied
_OF_THE_CLUSTER = (
    "annotations",
    "creationTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "uid",
)


def deployment_for(given: str, index: str) -> dict[str, Any]:
    """Return the Deployment in `given` (JSON) as one for `index`: same image, same settings.

    It has a pod at least, since nobody scales it: that in `given` may be scaled to zero.

    Raises:
        Misconfigured: it is no Deployment of one container, or is for the index already.
    """
    found = _deployment(given)
    metadata, spec = found["metadata"], found["spec"]
    template = spec["template"]
    if index == BASE_INDEX or metadata.get("labels", {}).get(_LABEL) == index:
        raise Misconfigured(f"this Deployment fills index {index} already")
    metadata = {name: value for name, value in metadata.items() if name not in _OF_THE_CLUSTER}
    before = metadata.get("labels", {}).get(_LABEL)
    name = str(metadata["name"]).removesuffix(f"-{before}") if before else metadata["name"]
    mark = {_LABEL: index}
    (container,) = template["spec"]["containers"]
    others = [each for each in container.get("env", []) if each["name"] != _VARIABLE]
    container = container | {"env": [*others, {"name": _VARIABLE, "value": index}]}
    labels = template["metadata"].get("labels", {}) | mark
    return {
        "apiVersion": found["apiVersion"],
        "kind": "Deployment",
        "metadata": metadata
        | {"name": f"{name}-{index}", "labels": metadata.get("labels", {}) | mark},
        "spec": spec
        | {
            "replicas": max(1, spec.get("replicas", 1)),
            "selector": {"matchLabels": spec["selector"]["matchLabels"] | mark},
            "template": template
            | {
                "metadata": template["metadata"] | {"labels": labels},
                "spec": template["spec"] | {"containers": [container]},
            },
        },
    }


def _deployment(given: str) -> dict[str, Any]:
    try:
        found = json.loads(given)
        containers = found["spec"]["template"]["spec"]["containers"]
        if found["kind"] == "Deployment" and len(containers) == 1:
            return dict(found)
    except (ValueError, KeyError, TypeError):
        pass
    raise Misconfigured(
        "standard input must be one Deployment as JSON: kubectl get deployment ragline-ingestor "
        "-o json | ragline reindex manifest NAME | kubectl apply -f -"
    )
