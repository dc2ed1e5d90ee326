"""Checks the deployment files as far as possible without a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ragline_cli.generated.manifests import kustomize
from ragline_cli.generated.manifests.inspection import address_problems, environment_problems
from ragline_cli.generated.manifests.render import Files, stale
from ragline_cli.generated.manifests.validate import kafka_trigger_problems, load_schemas, problems
from ragline_cli.generated.settings_table import load_settings, settings_of

OVERLAYS = ("dev", "prod", "staging", "gpu")
# Components that none of our overlays includes: only the user's knows the host name, whether the
# Prometheus operator is there, who runs commands, and the bucket for backups
ALONE = ("ingress", "kafka-commands", "monitoring", "weaviate-backup")
_SCHEMAS = Path("deploy/k8s/crds")


def find_problems(root: Path, files: Files) -> Iterator[str]:
    """Yield a line for each stale file and each object that a cluster would reject.

    Raises:
        Misconfigured: kustomize is not available, or an overlay does not build.
    """
    for path in stale(root, files):
        yield f"{path}: stale; run `ragline manifests render`"
    schemas = load_schemas(root / _SCHEMAS)
    settings = {service: settings_of(cls) for service, cls in load_settings().items()}
    for overlay in OVERLAYS:
        objects = kustomize.build(root / "deploy/k8s/overlays" / overlay)
        found = problems(objects, schemas)
        found += kafka_trigger_problems(objects, root / _SCHEMAS / "keda-kafka-trigger.json")
        found += environment_problems(objects, settings)
        found += address_problems(objects)
        yield from (f"{overlay}: {text}" for text in found)
    for component in ALONE:
        objects = kustomize.build(root / "deploy/k8s/components" / component)
        yield from (f"{component}: {text}" for text in problems(objects, schemas))
