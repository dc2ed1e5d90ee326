"""What pages tell an operator to type, typed: `kubectl` against a real API server.

No kubelet runs there, so what asks one (logs, a command in a container) gets as far as to it; nor
does Strimzi's operator, so its cluster has no pods.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Callable
from functools import partial

import pytest
from tests.patience import eventually

from ragline_cli.generated.manifests.check import OVERLAYS

from .api_client import ApiClient
from .api_server import ApiServer
from .control_plane import DEPLOY

ROOT = DEPLOY.parents[1]
_TYPED = re.compile(r"^    (kubectl [^|#\n]+)", re.MULTILINE)
TYPED = sorted(
    {
        found.strip()
        for page in (ROOT / "docs/runbooks").glob("*.md")
        for found in _TYPED.findall(page.read_text(encoding="utf-8"))
    }
)
_BY_A_KUBELET = {"exec", "logs"}
# of a pod that is placed on a node which is there on paper only
_NOBODY_RUNS_IT = re.compile(r"no preferred addresses found|Unknown address|error dialing backend")


Kubectl = Callable[[str], "subprocess.CompletedProcess[str]"]
_APPLY = "kubectl apply --server-side --force-conflicts -k deploy/k8s/overlays/"


@pytest.fixture(scope="module")
def kubectl(api_server: ApiServer) -> Kubectl:
    """Run a command line."""

    def run(line: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"KUBECONFIG": str(api_server.kubeconfig)}
        return subprocess.run(
            shlex.split(line),
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )

    return run


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_each_overlay_is_applied_without_a_warning(kubectl: Kubectl, overlay: str) -> None:
    done = kubectl(_APPLY + overlay)

    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr
    assert "serverside-applied" in done.stdout


@pytest.fixture(scope="module")
def installed(kubectl: Kubectl, api: ApiClient) -> dict[str, str]:
    """Install everything in the cluster, and return what the pages' capitals stand for."""
    done = kubectl(_APPLY + "complete")
    assert done.returncode == 0, done.stderr
    return {
        "REDIS_POD": eventually(partial(_pod, api, "redis")),
        "POD": eventually(partial(_pod, api, "retriever")),
        "STAGE": "retriever",
    }


def _pod(api: ApiClient, name: str) -> str:
    """Return the name of a pod that has a node; empty while there is none."""
    found = api.get(
        "/api/v1/namespaces/ragline/pods", labelSelector=f"app.kubernetes.io/name={name}"
    )["items"]
    placed = [pod["metadata"]["name"] for pod in found if pod["spec"].get("nodeName")]
    return placed[0] if placed else ""


@pytest.mark.parametrize("line", TYPED)
def test_what_a_runbook_tells_to_type_finds_something(
    kubectl: Kubectl, installed: dict[str, str], line: str
) -> None:
    for capitals, name in installed.items():
        line = re.sub(rf"\b{capitals}\b", name, line)
    done = kubectl(line)

    if _BY_A_KUBELET & set(line.split()):
        assert _NOBODY_RUNS_IT.search(done.stderr), done.stderr
    elif "strimzi.io/cluster" in line:
        assert done.stderr.startswith("No resources found"), done.stderr
    else:
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout
