"""The locks: one a service, pinned with hashes, without addresses; no torch where no model is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ragline.contracts.topics import Service

FOLDER = Path(__file__).parents[2] / "requirements"
LOCKS = sorted(FOLDER.glob("*.txt"))
_PIN = re.compile(r"^([a-z0-9._-]+)==\S+( ;[^\\]+)? \\$")


def packages(lock: Path) -> set[str]:
    """Return the names that a lock pins."""
    return {match[1] for line in lock.read_text().splitlines() if (match := _PIN.match(line))}


def test_every_service_has_its_own() -> None:
    assert {lock.stem for lock in LOCKS} == {
        *Service,
        "generator-models",
        "ingestor-ocr",
        "cli",
        "dev",
    }


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_line_is_a_pin_or_a_hash(lock: Path) -> None:
    for line in lock.read_text().splitlines():
        assert _PIN.match(line) or line.strip().startswith("--hash=sha256:"), line
    assert "://" not in lock.read_text()


@pytest.mark.parametrize(
    "service", [Service.CLASSIFIER, Service.GENERATOR, Service.GATEWAY, Service.MONITOR]
)
def test_services_without_a_model_install_no_torch(service: Service) -> None:
    found = packages(FOLDER / f"{service}.txt")
    assert "faststream" in found
    assert not {"torch", "transformers", "sentence-transformers"} & found


def test_a_generator_with_second_opinions_has_a_lock_with_torch() -> None:
    with_models = packages(FOLDER / "generator-models.txt")
    assert {"torch", "sentence-transformers"} <= with_models
    assert packages(FOLDER / f"{Service.GENERATOR}.txt") <= with_models


@pytest.mark.parametrize("service", [Service.RETRIEVER, Service.RERANKER, Service.INGESTOR])
def test_services_with_a_model_install_it(service: Service) -> None:
    assert {"torch", "sentence-transformers"} <= packages(FOLDER / f"{service}.txt")
