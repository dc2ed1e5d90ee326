"""The locks: one a service, pinned with hashes, small, without addresses; torch where asked for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.deploy.package_sizes import EMBEDDING, MODEL_MB, MOST_MB, installed_mb

from ragline.contracts.topics import Service

FOLDER = Path(__file__).parents[2] / "requirements"
LOCKS = sorted(FOLDER.glob("*.txt"))
WITH_TORCH = (Service.GENERATOR, Service.INGESTOR, Service.RERANKER, Service.RETRIEVER)
TORCH = {"torch", "transformers", "sentence-transformers", "triton", "nvidia-cublas"}
_PIN = re.compile(r"^([a-z0-9._-]+)==\S+( ;[^\\]+)? \\$")


def packages(lock: Path) -> set[str]:
    """Return the names that a lock pins."""
    return {match[1] for line in lock.read_text().splitlines() if (match := _PIN.match(line))}


def test_every_service_has_its_own() -> None:
    assert {lock.stem for lock in LOCKS} == {
        *Service,
        *(f"{service}-torch" for service in WITH_TORCH),
        *(f"{service}-multilingual" for service in (Service.INGESTOR, Service.RETRIEVER)),
        "generator-models",
        "ingestor-ocr",
        "cli",
        "demo",
        "demo-llm",
        "dev",
        "dev-extras",
        "traces",
    }


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_line_is_a_pin_or_a_hash(lock: Path) -> None:
    for line in lock.read_text().splitlines():
        assert _PIN.match(line) or line.strip().startswith("--hash=sha256:"), line
    assert "://" not in lock.read_text()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_torch_is_in_the_locks_that_are_named_for_it_and_nowhere_else(lock: Path) -> None:
    expected = TORCH if lock.stem.endswith(("-torch", "-extras")) else set()
    assert packages(lock) & TORCH == expected


@pytest.mark.parametrize(
    ("lock", "more"), [("dev", "dev-extras"), *((each, f"{each}-torch") for each in WITH_TORCH)]
)
def test_with_torch_nothing_else_changes(lock: str, more: str) -> None:
    assert packages(FOLDER / f"{lock}.txt") <= packages(FOLDER / f"{more}.txt")


@pytest.mark.parametrize(
    "lock", [Service.RETRIEVER, Service.RERANKER, Service.INGESTOR, "generator-models"]
)
def test_models_run_on_onnxruntime(lock: str) -> None:
    assert {"onnxruntime", "tokenizers", "numpy"} <= packages(FOLDER / f"{lock}.txt")


@pytest.mark.parametrize("service", Service)
def test_a_service_stays_small(service: Service) -> None:
    model_mb = MODEL_MB if service in EMBEDDING else 0
    sizes = {name: installed_mb(name) for name in packages(FOLDER / f"{service}.txt")}

    assert sizes["pydantic"] > 0
    assert sum(sizes.values()) + model_mb < MOST_MB[service], sorted(sizes, key=sizes.__getitem__)
