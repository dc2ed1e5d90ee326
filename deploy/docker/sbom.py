"""Lists what an image is made of, as CycloneDX 1.6: Python's packages and those of Debian.

`python sbom.py NAME` writes to standard output. It needs the standard library alone, because it
runs in the image. The same packages give the same bytes: no date, no serial number.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path
from typing import Any
from urllib.parse import quote

DPKG_STATUS = Path("/var/lib/dpkg/status")
_LICENCE = "License-Expression"
_INSTALLED = "install ok installed"


def bill_of_materials(name: str, status: str) -> dict[str, Any]:
    """Return the bill of the image `name`; `status` is dpkg's list of packages, or empty."""
    components = [*python_packages(), *debian_packages(status)]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "container", "name": name}},
        "components": sorted(components, key=lambda each: each["purl"]),
    }


def python_packages() -> Iterator[dict[str, Any]]:
    """Yield the packages of the interpreter that runs this."""
    for found in distributions():
        name = re.sub(r"[-_.]+", "-", found.metadata["Name"]).lower()
        made = _component(f"pkg:pypi/{name}@{quote(found.version)}", name, found.version)
        if _LICENCE in found.metadata:
            made["licenses"] = [{"expression": found.metadata[_LICENCE]}]
        yield made


def debian_packages(status: str) -> Iterator[dict[str, Any]]:
    """Yield what dpkg has installed."""
    for paragraph in status.split("\n\n"):
        fields = dict(re.findall(r"^([\w-]+): (.*)$", paragraph, re.MULTILINE))
        if fields.get("Status") == _INSTALLED:
            name, version, architecture = (
                fields[key] for key in ("Package", "Version", "Architecture")
            )
            purl = f"pkg:deb/debian/{quote(name)}@{quote(version, safe='')}?arch={architecture}"
            yield _component(purl, name, version)


def _component(purl: str, name: str, version: str) -> dict[str, Any]:
    return {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}


def main() -> None:
    """Write the bill."""
    status = DPKG_STATUS.read_text(encoding="utf-8") if DPKG_STATUS.exists() else ""
    json.dump(bill_of_materials(sys.argv[1], status), sys.stdout, indent=1)


if __name__ == "__main__":
    main()
