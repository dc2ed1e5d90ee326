"""What is in an image, and what it may do."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Mapping

import pytest
from packaging.markers import Marker
from tests.deploy.package_sizes import MOST_MB

from ragline.contracts.topics import Service
from ragline.model_settings import EMBEDDING_MODEL

from .container import output_of
from .image_builder import IMAGES, ROOT, Image

_PIN = re.compile(r"^([a-z0-9._-]+)==(\S+?)(?: ; (.*?))? \\$", re.MULTILINE)
_EMBEDDING = {Service.RETRIEVER, Service.INGESTOR}
_LIST = (
    "import importlib.metadata as m; print(*(f'{d.name}=={d.version}' for d in m.distributions()))"
)
_USER = "import os; print(os.getpid(), os.getuid(), os.getgid(), os.getgroups())"
_RIGHTS = "print(open('/proc/self/status').read())"


def locked(name: str) -> set[str]:
    """Return the packages that an image's lock names for Python 3.11 on Linux."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    here = {"python_version": "3.11", "python_full_version": "3.11.2"}
    return {
        f"{package}=={version}"
        for package, version, marker in _PIN.findall(text)
        if not marker or Marker(marker).evaluate(here)
    }


def test_it_holds_the_packages_of_its_lock_and_no_others(image: Image) -> None:
    found = output_of(image, "python", "-c", _LIST).split()

    assert {re.sub(r"[-_.]+(?=.*==)", "-", each).lower() for each in found} == locked(image.name)


def test_its_bill_of_materials_names_the_same_packages(image: Image) -> None:
    bill = json.loads((image.root / "opt/sbom.cdx.json").read_text())
    purls = [each["purl"] for each in bill["components"]]

    assert bill["metadata"]["component"]["name"] == f"ragline-{image.name}"
    python = {purl.removeprefix("pkg:pypi/").replace("@", "==") for purl in purls if "pypi" in purl}
    assert python == locked(image.name)
    assert any(purl.startswith("pkg:deb/debian/libssl3@") for purl in purls)


def test_it_holds_the_code_of_no_other_service(image: Image) -> None:
    ours = {path.name for path in (image.root / "app").iterdir()}

    own = "ragline_cli" if image.name == "cli" else f"ragline_{image.name}"
    assert ours == {"ragline", own}


def test_it_brings_the_embedder_where_it_is_needed(image: Image) -> None:
    models = [path.name for path in (image.root / "opt/models").iterdir()]

    expected = [EMBEDDING_MODEL] if image.name in _EMBEDDING else []
    assert [model.rpartition("-")[0] for model in models] == expected


def test_its_packages_and_model_stay_small(image: Image) -> None:
    """Bytecode is counted, too."""
    if image.name != "cli":
        assert image.megabytes_below("opt") < MOST_MB[Service(image.name)]


def test_it_runs_as_a_user_without_rights(image: Image) -> None:
    assert image.config["User"] == "10001:10001"
    assert output_of(image, "python", "-c", _USER).split(maxsplit=3) == [
        "1",
        "10001",
        "10001",
        "[10001]\n",
    ]
    status = dict(re.findall(r"(\w+):\t(\S+)", output_of(image, "python", "-c", _RIGHTS)))
    assert (int(status["CapEff"], 16), status["NoNewPrivs"]) == (0, "1")


def test_no_file_of_it_gives_rights(image: Image) -> None:
    """Debian's own `su`, `mount` and others do; `no new privileges` takes that from them."""
    app = (path for path in (image.root / "opt").rglob("*") if path.is_file())

    assert [path for path in app if path.lstat().st_mode & (stat.S_ISUID | stat.S_ISGID)] == []


def test_its_code_cannot_be_changed_by_it(image: Image) -> None:
    for folder in ("app", "opt/venv"):
        for path in (image.root / folder).rglob("*"):
            if not path.is_symlink():
                assert path.stat().st_uid == 0
                assert not path.stat().st_mode & stat.S_IWOTH, path


def test_it_says_what_it_is(image: Image) -> None:
    labels = {
        name.removeprefix("org.opencontainers.image."): text
        for name, text in image.labels.items()
        if name.startswith("org.opencontainers.image.")
    }

    assert labels["title"] == f"ragline-{image.name}"
    assert labels["licenses"] == "Apache-2.0"
    assert {"description", "version", "revision", "base.name"} <= set(labels)


def test_its_sources_are_compiled(image: Image) -> None:
    """Nothing can be written next to them, so each start would compile them again."""
    sources = list((image.root / "app").rglob("*.py"))

    assert sources
    for path in sources:
        assert (path.parent / "__pycache__" / f"{path.stem}.cpython-311.pyc").exists(), path


def test_the_command_line_answers(images: Mapping[str, Image]) -> None:
    cli = images["cli"]

    listed = json.loads(output_of(cli, *cli.config["Entrypoint"], "topics", "show", "--json"))
    assert "queries" in {topic["name"] for topic in listed}


def test_sizes_are_what_the_page_says(images: Mapping[str, Image]) -> None:
    page = " ".join((ROOT / "deploy/images.md").read_text().split())
    (stated,) = re.findall(r"whole images are, in MB: ([^.]+)\.", page)
    told = {name: int(size) for name, size in re.findall(r"(\w+) (\d+)", stated)}

    assert set(told) == set(IMAGES)
    for name in IMAGES:
        assert images[name].megabytes == pytest.approx(told[name], rel=0.1), name
