"""A service starts fast: it imports nothing that only some settings or processes need."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from ragline.contracts.topics import Service

HEAVY = {
    "asyncpg",
    "clevercsv",
    "docx",
    "grpc",
    "lxml",
    "mcp",
    "onnxruntime",
    "openai",
    "openpyxl",
    "pypdfium2",
    "tokenizers",
    "torch",
    "weaviate",
}
_RUN = "import json, sys, ragline_{0}.__main__; print(json.dumps(sorted(sys.modules)))"


@pytest.mark.parametrize("service", list(Service))
def test_a_service_imports_what_all_of_its_settings_need(service: Service) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _RUN.format(service.value)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert not set(json.loads(done.stdout)) & HEAVY
