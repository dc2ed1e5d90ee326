"""What a document's status says when parsing it had to be ended, or ended the process."""

from __future__ import annotations

import signal

from ragline_ingestor.sandbox.budget import ProcessLimits
from ragline_ingestor.sandbox.messages import Refusal


def timed_out(timeout_s: float) -> Refusal:
    """Return the refusal of a document that kept its process for too long."""
    return Refusal(
        code="parse_timeout",
        message=f"parsing took more than {timeout_s:g} s: split the document or raise"
        " RAGLINE_INGESTOR__PARSE_TIMEOUT_S",
    )


def out_of_memory(limits: ProcessLimits) -> Refusal:
    """Return the refusal of a document that takes too much memory."""
    return Refusal(
        code="parse_memory",
        message=f"parsing took more than {limits.memory_mb} MB of memory: split the document or"
        " raise RAGLINE_INGESTOR__PARSE_MEMORY_MB",
    )


def crashed(how: str) -> Refusal:
    """Return the refusal of a document that the parser does not survive; `how` is its verb."""
    return Refusal(
        code="parser_crashed",
        message=f"the parser {how}: check that the document opens elsewhere, and save or export"
        " it anew",
    )


def ended(exit_code: int | None, limits: ProcessLimits) -> Refusal:
    """Return the refusal of a document whose process ended by itself with `exit_code`."""
    if exit_code == -signal.SIGXCPU:
        return Refusal(
            code="parse_timeout",
            message=f"parsing took more than {limits.cpu_s:g} s of processor time: split the"
            " document or raise RAGLINE_INGESTOR__PARSE_CPU_S",
        )
    if exit_code == -signal.SIGKILL:
        return crashed("was killed, perhaps because the machine or the container had no memory")
    if exit_code is not None and exit_code < 0:
        return crashed(f"was ended by signal {-exit_code} ({signal.strsignal(-exit_code)})")
    return crashed(f"exited with code {exit_code}")
