"""Several processes that need the same account at once, as the first tests on a new machine do."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from threading import Event

import pytest

from ragline_cli.errors import StackError
from ragline_cli.stack.system_account import ensure_account

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root makes accounts")

_MAKE = """
import sys
from threading import Event
from ragline_cli.stack.system_account import ensure_account
sys.stdin.readline()
print(ensure_account(sys.argv[1], Event()).pw_uid)
"""


@pytest.fixture
def name() -> Iterator[str]:
    chosen = f"ragline-{uuid.uuid4().hex[:8]}"
    yield chosen
    subprocess.run(["userdel", chosen], check=False, capture_output=True)


def test_all_get_the_account_that_one_of_them_made(name: str) -> None:
    makers = [
        subprocess.Popen(
            [sys.executable, "-c", _MAKE, name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    for maker in makers:
        assert maker.stdin
        maker.stdin.write("go\n")
        maker.stdin.flush()
    said = [maker.communicate()[0] for maker in makers]
    assert len(set(said)) == 1
    assert int(said[0]) > 0


def test_an_impossible_account_is_an_error_that_says_why() -> None:
    with pytest.raises(StackError, match=r"cannot be made: .*invalid user name"):
        ensure_account("not a name", Event())
