"""The list of what an image is made of, written by the script that runs in the image's build."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import version
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

STATUS = """\
Package: libssl3
Status: install ok installed
Architecture: amd64
Version: 1:3.0.17-1~deb12u2
Description: Secure Sockets Layer toolkit
 shared libraries

Package: vanished
Status: deinstall ok config-files
Architecture: amd64
Version: 1
"""


@pytest.fixture(scope="module")
def script(deploy: Path) -> Path:
    return deploy / "docker" / "sbom.py"


@pytest.fixture(scope="module")
def sbom(script: Path) -> Any:
    spec = spec_from_file_location("sbom", script)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_names_python_s_packages_with_their_versions(script: Path) -> None:
    written = subprocess.check_output([sys.executable, script, "ragline-gateway"])
    bill = json.loads(written)

    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert bill["metadata"]["component"]["name"] == "ragline-gateway"
    purls = {each["purl"] for each in bill["components"]}
    assert f"pkg:pypi/pydantic-core@{version('pydantic-core')}" in purls
    assert written == subprocess.check_output([sys.executable, script, "ragline-gateway"])


def test_it_names_debian_s_packages_that_are_installed(sbom: Any) -> None:
    (found,) = sbom.debian_packages(STATUS)

    assert found["purl"] == "pkg:deb/debian/libssl3@1%3A3.0.17-1~deb12u2?arch=amd64"
    assert (found["name"], found["version"]) == ("libssl3", "1:3.0.17-1~deb12u2")


def test_no_component_is_listed_twice(sbom: Any) -> None:
    references = [each["bom-ref"] for each in sbom.bill_of_materials("x", STATUS)["components"]]

    assert len(references) == len(set(references))
