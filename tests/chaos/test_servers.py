"""What the layouts add to the servers: a cluster's settings, a small disk, a false clock."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.chaos.servers import false_clock, small_disk
from tests.chaos.servers.false_clock import FalseClock
from tests.chaos.servers.kafka_cluster import clustered
from tests.chaos.servers.small_disk import SmallDisk

_TIMES = "import time; print(time.time(), time.monotonic())"


def test_a_node_knows_all_voters_and_stores_on_two_brokers_at_least() -> None:
    text = clustered(2, [(1, 20_001), (2, 20_002), (3, 20_003)])
    found = dict(line.split("=", 1) for line in text.splitlines())
    assert found["node.id"] == "2"
    assert found["controller.quorum.voters"].count("@127.0.0.1:") == 3
    assert (found["default.replication.factor"], found["min.insync.replicas"]) == ("3", "2")


def test_nothing_fits_on_a_full_disk_until_it_is_freed(tmp_path: Path) -> None:
    if why := small_disk.lacking():  # then the nightly run skips these faults, and says so
        assert "small file system" in why
        return
    with SmallDisk(tmp_path / "disk", size_mb=2) as disk:
        disk.fill()
        with pytest.raises(OSError, match="No space left"):
            (disk.folder / "more").write_bytes(bytes(4096))
        disk.free()
        (disk.folder / "more").write_bytes(bytes(4096))
    assert not (tmp_path / "disk" / "more").exists()


def test_a_false_clock_moves_the_time_of_day_alone(tmp_path: Path) -> None:
    if why := false_clock.lacking():  # then the nightly run skips these faults, and says so
        assert "libfaketime" in why
        return
    clock = FalseClock(tmp_path / "clock")
    clock.move(-3_600)
    day, monotonic = _times(clock)
    assert time.time() - day > 3_000
    assert abs(time.monotonic() - monotonic) < 3_000
    clock.move(0)
    assert abs(time.time() - _times(clock)[0]) < 3_000


def _times(clock: FalseClock) -> tuple[float, float]:
    environment = {**os.environ, **clock.environment}
    ran = subprocess.run(
        [sys.executable, "-c", _TIMES], env=environment, check=True, capture_output=True, text=True
    )
    day, monotonic = map(float, ran.stdout.split())
    return day, monotonic
