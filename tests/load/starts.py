"""`python -m tests.load.starts`: how long each service takes from its start until it is ready.

One more instance of each service is started beside the running stack (`ragline up`), one after the
other. On a busy machine the time of day says little; the processor time is what an idle one needs
at least.
"""

from __future__ import annotations

import subprocess
import sys
import time

import psutil
from rich.console import Console
from rich.table import Table

from ragline.contracts.topics import Service
from ragline_cli.stack.current import DEFAULT_NAME
from ragline_cli.stack.places import state_folder
from ragline_cli.stack.ports import LOOPBACK, choose_port
from ragline_cli.stack.processes import end
from ragline_cli.stack.services import environment, is_healthy
from ragline_cli.stack.state import StackState, read_state

_POLL_S = 0.02
_LONGEST_S = 120.0


def main() -> None:
    """Print a row for each service."""
    state = read_state(state_folder(DEFAULT_NAME))
    if state is None:
        sys.exit("no stack is running: start one with `ragline up`")
    table = Table("service", "ready after, s", "processor time, s")
    for service in Service:
        elapsed, used = measure(state, service)
        table.add_row(service.value, f"{elapsed:.1f}", f"{used:.1f}")
    Console().print(table)


def measure(state: StackState, service: Service) -> tuple[float, float]:
    """Start one service; return the seconds until it is ready, and of processor time until then.

    Raises:
        RuntimeError: it ended, or is not ready after two minutes.
    """
    port = choose_port(None)
    addresses = state.addresses.environment()
    if service is Service.GATEWAY:
        addresses |= state.addresses.gateway.environment()
        addresses["RAGLINE_GATEWAY__PORT"] = str(choose_port(None))
    given = psutil.Process().environ() | environment(port, addresses)
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", f"ragline_{service.value}"],
        env=given,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        process_group=0,
    )
    try:
        while not is_healthy(f"http://{LOOPBACK}:{port}/health/ready"):
            if process.poll() is not None or time.perf_counter() - started > _LONGEST_S:
                raise RuntimeError(f"the {service} does not get ready")
            time.sleep(_POLL_S)
        elapsed = time.perf_counter() - started
        times = psutil.Process(process.pid).cpu_times()
        return elapsed, times.user + times.system
    finally:
        end(process, grace_s=30)


if __name__ == "__main__":
    main()
