"""All packages are of one release, which services and records of them state."""

from __future__ import annotations

import tomllib
from pathlib import Path

from tests.contract.freeze import version

from ragline import __version__

ROOT = Path(__file__).parents[2]


def test_every_package_has_the_version_that_services_state() -> None:
    projects = [*ROOT.glob("*/pyproject.toml"), *ROOT.glob("services/*/pyproject.toml")]
    versions = {tomllib.loads(each.read_text())["project"]["version"] for each in projects}
    assert versions == {__version__, version()}
