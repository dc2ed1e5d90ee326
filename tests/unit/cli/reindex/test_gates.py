"""A shut gate refuses, says why and how to look, and can be skipped by its name only."""

from __future__ import annotations

import pytest

from ragline_cli.reindex.gates import GateName, GateState, Refused, require_open

LAG = GateState(gate=GateName.LAG, open=False, found="it is behind", look="Look at the status")
DOCUMENTS = GateState(gate=GateName.DOCUMENTS, open=True, found="the same")


def test_a_shut_gate_is_named_with_what_was_found_and_how_to_look() -> None:
    with pytest.raises(Refused, match=r"(?s)lag: it is behind. Look at the status.*--force lag"):
        require_open([LAG, DOCUMENTS], [])


def test_only_the_gate_that_is_named_is_skipped() -> None:
    require_open([LAG, DOCUMENTS], [GateName.LAG])
    with pytest.raises(Refused):
        require_open([LAG, DOCUMENTS], [GateName.DOCUMENTS, GateName.READERS])
