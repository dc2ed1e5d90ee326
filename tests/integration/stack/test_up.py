"""`ragline up`, `status` and `down` on the embedded stack, with all services."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import psutil
import pytest
from tests.patience import PATIENCE_S

from ragline.contracts.topics import Service

if TYPE_CHECKING:
    from tests.integration.stack.conftest import Home

_SERVERS = {"kafka", "postgres", "redis"}


def state(home: Home) -> dict[str, Any]:
    file = home.path / "default" / "state.json"
    return json.loads(file.read_text()) if file.exists() else {}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_stop_while_starting_it_leaves_nothing_running(
    home: Home, number: signal.Signals
) -> None:
    up = home.start("up")
    assert home.eventually(lambda: len(state(home).get("processes", {})) >= 4, within_s=PATIENCE_S)
    up.send_signal(number)
    output, _ = up.communicate(timeout=PATIENCE_S)
    assert up.returncode == 1, output
    assert "stopped" in output
    assert "Traceback" not in output
    assert home.processes() == []
    assert state(home) == {}


def test_a_part_that_cannot_start_ends_the_whole_start(home: Home) -> None:
    broken = home.path / "default" / "embedded" / "postgres"
    broken.parent.mkdir(parents=True)
    broken.write_text("a file where the data folder should be")
    result = home.run("up")
    assert result.returncode == 1
    assert "postgres" in result.stderr
    assert "Traceback" not in result.stderr
    assert home.processes() == []


def test_a_stack_from_start_to_stop(home: Home) -> None:
    assert home.run("status").returncode == 3

    up = home.run("up", "--detach")
    assert up.returncode == 0, up.stderr
    status = json.loads(home.run("status", "--json").stdout)
    assert status["stack"] == "embedded"
    assert status["vector_store"]["kind"] == "pgvector"
    assert set(status["services"]) == set(Service)
    assert all(service["ready"] for service in status["services"].values())
    assert all(
        Path(service["log"]).parent == Path(status["logs"])
        for service in status["services"].values()
    )

    console = status["gateway"]["url"]
    assert console in up.stdout
    assert f"console  {console}" in home.run("status").stdout
    page = httpx.get(console)
    assert page.is_success
    assert page.headers["Content-Type"].startswith("text/html")

    before = home.processes()
    again = home.run("up")
    assert again.returncode == 0
    assert "running already" in again.stdout
    assert sorted(home.processes()) == sorted(before)
    other = home.run("up", "--stack", "real")
    assert other.returncode == 1
    assert "ragline down" in other.stderr

    down = home.run("down")
    assert down.returncode == 0
    assert "stopped the embedded stack" in down.stdout
    assert home.processes() == []
    assert home.run("down").stdout.strip() == "no stack is running"


def test_what_a_killed_launcher_left_is_ended_by_down(home: Home) -> None:
    up = home.start("up")
    assert home.eventually(
        lambda: state(home).get("processes", {}).keys() == _SERVERS | set(Service),
        within_s=PATIENCE_S,
    )
    launcher = psutil.Process(state(home)["launcher"]["pid"])
    launcher.kill()
    up.communicate()
    assert home.processes() != []
    assert home.run("status").returncode == 3
    assert "stopped the embedded stack" in home.run("down").stdout
    assert home.eventually(lambda: home.processes() == [], within_s=PATIENCE_S)
