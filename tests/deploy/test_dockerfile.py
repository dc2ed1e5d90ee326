"""The Dockerfile without a daemon: linted, and everything that it copies exists."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from dockerfile_parse import DockerfileParser
from pathspec import GitIgnoreSpec

from ragline.contracts.topics import Service
from ragline.model_settings import EMBEDDING_MODEL
from ragline_cli.generated.manifests.values import API_PORT, HTTP_PORT

IMAGES = (*Service, "cli")


@pytest.fixture(scope="module")
def dockerfile(deploy: Path) -> Path:
    return deploy / "docker" / "Dockerfile"


@pytest.fixture(scope="module")
def steps(dockerfile: Path) -> list[dict[str, Any]]:
    parser = DockerfileParser(path=str(dockerfile), cache_content=True)
    return [dict(step) for step in parser.structure]


@pytest.fixture(scope="module")
def stages(steps: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Instructions per stage, without those of the stage that it builds on."""
    found: dict[str, list[dict[str, Any]]] = {}
    name = ""
    for step in steps:
        if step["instruction"] == "FROM":
            name = step["value"].split(" AS ")[1]
        found.setdefault(name, []).append(step)
    return found


def values(steps: list[dict[str, Any]], instruction: str) -> list[str]:
    return [step["value"] for step in steps if step["instruction"] == instruction]


def sources(stages: dict[str, list[dict[str, Any]]], image: str) -> list[str]:
    """The paths of the build context that the image's own stages copy."""
    used = ("dependencies", "runtime", "cli" if image == "cli" else "service")
    copies = [value for stage in used for value in values(stages[stage], "COPY")]
    paths = [path for value in copies if "--from" not in value for path in value.split()[:-1]]
    return [path.replace("${SERVICE}", image).replace("${LOCK}", image) for path in paths]


@pytest.mark.parametrize("image", IMAGES)
def test_everything_it_copies_exists(
    root: Path, stages: dict[str, list[dict[str, Any]]], image: str
) -> None:
    copied = sources(stages, image)

    assert len(copied) == 5
    assert [path for path in copied if not (root / path).exists()] == []


@pytest.mark.parametrize("image", IMAGES)
def test_the_build_context_holds_what_it_copies(
    root: Path, dockerfile: Path, stages: dict[str, list[dict[str, Any]]], image: str
) -> None:
    ignored = GitIgnoreSpec.from_lines(
        dockerfile.with_name("Dockerfile.dockerignore").read_text().splitlines()
    )
    files = [
        file.relative_to(root).as_posix()
        for path in sources(stages, image)
        for file in ((root / path).rglob("*") if (root / path).is_dir() else [root / path])
        if file.is_file() and "__pycache__" not in file.parts
    ]

    assert files
    assert [file for file in files if _left_out(ignored, file)] == []


def _left_out(ignored: GitIgnoreSpec, file: str) -> bool:
    """Docker re-includes a file when it, or a folder above it, matches an exception."""
    parts = file.split("/")
    verdicts = (
        ignored.check_file("/".join(parts[:depth])).include for depth in range(len(parts), 0, -1)
    )
    last = [verdict for verdict in verdicts if verdict is not None]
    return bool(last) and all(last)


@pytest.mark.parametrize("service", Service)
def test_a_service_image_holds_no_other_service(
    stages: dict[str, list[dict[str, Any]]], service: Service
) -> None:
    others = [path for path in sources(stages, service) if "services/" in path]

    assert others == [f"services/{service}/ragline_{service}"]


def test_dependencies_come_only_from_the_lock_with_hashes(
    stages: dict[str, list[dict[str, Any]]],
) -> None:
    installs = [run for run in values(stages["dependencies"], "RUN") if "install" in run]

    assert len(installs) == 1
    assert "--require-hashes" in installs[0]
    assert "--no-deps" in installs[0]
    assert "--only-binary=:all:" in installs[0]
    for name, steps in stages.items():
        if name != "dependencies":
            assert not any("pip" in run for run in values(steps, "RUN"))


def test_it_brings_the_default_embedder(stages: dict[str, list[dict[str, Any]]]) -> None:
    assert f"MODEL={EMBEDDING_MODEL}" in values(stages["model"], "ARG")
    (run,) = values(stages["model"], "RUN")
    assert "ragline.adapters.models.bundles" in run
    assert "/opt/models" in run
    assert "--from=model /opt/models /opt/models" in values(stages["runtime"], "COPY")
    (variables,) = values(stages["runtime"], "ENV")
    assert "RAGLINE_EMBEDDING__MODELS_DIR=/opt/models" in variables


def test_it_says_what_it_is_made_of(stages: dict[str, list[dict[str, Any]]]) -> None:
    assert any("sbom.py" in run for run in values(stages["dependencies"], "RUN"))
    bill = "/opt/sbom.cdx.json"
    assert f"--from=dependencies {bill} {bill}" in values(stages["runtime"], "COPY")
    (labels,) = values(stages["runtime"], "LABEL")
    for name in ("title", "description", "licenses", "version", "revision", "base.name"):
        assert f"org.opencontainers.image.{name}" in labels


@pytest.mark.parametrize("stage", ["service", "cli"])
def test_it_runs_without_root(stages: dict[str, list[dict[str, Any]]], stage: str) -> None:
    user = values(stages[stage], "USER")

    assert user == ["10001:10001"]


def test_probes_and_the_api_answer_outside_the_container(
    stages: dict[str, list[dict[str, Any]]],
) -> None:
    (exposed,) = values(stages["service"], "EXPOSE")
    (variables,) = values(stages["service"], "ENV")

    assert exposed.split() == [str(HTTP_PORT), str(API_PORT)]
    assert "RAGLINE_HTTP__HOST=*" in variables
    assert "RAGLINE_GATEWAY__HOST=*" in variables


def test_python_is_process_one(stages: dict[str, list[dict[str, Any]]]) -> None:
    (entrypoint,) = values(stages["service"], "ENTRYPOINT")

    assert "exec python -m" in entrypoint
