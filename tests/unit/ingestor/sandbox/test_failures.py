"""How a parser process ended decides what the document's status says."""

from __future__ import annotations

import signal

import pytest

from ragline_ingestor.sandbox.budget import ProcessLimits
from ragline_ingestor.sandbox.failures import ended

LIMITS = ProcessLimits(cpu_s=1.5, memory_mb=600)


@pytest.mark.parametrize(
    ("exit_code", "code", "says"),
    [
        (-signal.SIGXCPU, "parse_timeout", "1.5 s of processor time"),
        (-signal.SIGKILL, "parser_crashed", "memory"),
        (-signal.SIGSEGV, "parser_crashed", "signal 11"),
        (3, "parser_crashed", "code 3"),
    ],
)
def test_the_exit_code_tells_why(exit_code: int, code: str, says: str) -> None:
    refusal = ended(exit_code, LIMITS)
    assert refusal.code == code
    assert says in refusal.message
