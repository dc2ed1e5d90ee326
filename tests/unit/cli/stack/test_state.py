import os
import stat
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from ragline.settings import StoreKind
from ragline_cli.stack.addresses import (
    Addresses,
    GatewayAddress,
    KafkaAddress,
    RedisAddress,
    StoreAddress,
)
from ragline_cli.stack.current import stack_environment
from ragline_cli.stack.leftovers import end_leftovers, leftovers
from ragline_cli.stack.state import (
    Phase,
    ProcessId,
    ServiceState,
    StackKind,
    StackState,
    claimed,
    is_locked,
    read_state,
    recorded_state,
)


@pytest.fixture
def state(tmp_path: Path) -> StackState:
    return StackState(
        stack=StackKind.EMBEDDED,
        phase=Phase.RUNNING,
        launcher=ProcessId.own(),
        processes={},
        addresses=Addresses(
            kafka=KafkaAddress(bootstrap_servers="127.0.0.1:9092"),
            vector_store=StoreAddress(kind=StoreKind.PGVECTOR, url="postgresql://u:p@h/d"),
            redis=RedisAddress(url="redis://:secret@127.0.0.1:6379/0"),
            gateway=GatewayAddress(url="http://127.0.0.1:8080/", tenant="default"),
        ),
        services={
            "classifier": ServiceState(
                health="http://127.0.0.1:8000/health/ready", pid=1, log=tmp_path / "c.log"
            )
        },
        logs=tmp_path,
    )


def sleeper() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], process_group=0)


@pytest.mark.parametrize("name", ["Büro # 資料", "B\udcc3\udcbcro"])
def test_a_path_is_kept_whatever_letters_the_locale_has(
    tmp_path: Path, state: StackState, name: str
) -> None:
    """Names beyond the locale's encoding come to Python as lone surrogates."""
    moved = state.model_copy(update={"logs": tmp_path / name})
    moved.write(tmp_path)
    read = recorded_state(tmp_path)
    assert read is not None
    assert os.fsencode(read.logs) == os.fsencode(moved.logs)


def test_what_is_written_is_read_while_the_lock_is_held(tmp_path: Path, state: StackState) -> None:
    with claimed(tmp_path) as mine:
        assert mine
        state.write(tmp_path)
        assert read_state(tmp_path) == state


def test_a_state_file_without_a_living_launcher_is_stale(tmp_path: Path, state: StackState) -> None:
    with claimed(tmp_path):
        state.write(tmp_path)
    assert read_state(tmp_path) is None
    assert recorded_state(tmp_path) == state


def test_what_runs_services_in_this_process_finds_the_running_stack(
    tmp_path: Path, state: StackState
) -> None:
    home = {"RAGLINE_HOME": str(tmp_path)}
    with claimed(tmp_path / "default"):
        state.write(tmp_path / "default")
        assert stack_environment(environment=home) == state.addresses.environment()
        own = home | {"RAGLINE_KAFKA__BOOTSTRAP_SERVERS": "k:1"}
        assert stack_environment(environment=own) == {}
    assert stack_environment(environment=home) == {}


def test_the_state_holds_passwords_so_only_its_owner_may_read_it(
    tmp_path: Path, state: StackState
) -> None:
    state.write(tmp_path)
    mode = stat.S_IMODE((tmp_path / "state.json").stat().st_mode)
    assert mode == 0o600


def test_a_second_launcher_does_not_get_the_folder(tmp_path: Path) -> None:
    with claimed(tmp_path) as first, claimed(tmp_path) as second:
        assert (first, second) == (True, False)
    assert not is_locked(tmp_path)


def test_a_folder_that_never_held_a_stack_has_none(tmp_path: Path) -> None:
    assert read_state(tmp_path / "missing") is None
    assert recorded_state(tmp_path) is None


def test_an_unreadable_state_file_is_as_good_as_none(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text('{"stack": "of another version"}')
    assert recorded_state(tmp_path) is None


def test_a_reused_process_id_is_not_taken_for_the_old_process() -> None:
    own = ProcessId.own()
    earlier = ProcessId(pid=own.pid, created=own.created - 3600)
    assert own.find() is not None
    assert earlier.find() is None


def test_an_ended_process_is_not_found() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    recorded = ProcessId.of(process.pid)
    process.wait()
    assert recorded is not None
    assert recorded.find() is None
    assert ProcessId.of(process.pid) is None


def test_what_a_killed_launcher_left_running_is_ended(state: StackState) -> None:
    process = sleeper()
    try:
        recorded = ProcessId.of(process.pid)
        assert recorded is not None
        stale = state.model_copy(update={"processes": {"kafka": recorded}})
        assert end_leftovers(stale) == 1
        assert not psutil.pid_exists(process.pid)
        assert leftovers(stale) == []
    finally:
        process.kill()
        process.wait()


def test_leftovers_of_other_programs_are_left_alone(state: StackState) -> None:
    reused = ProcessId(pid=os.getpid(), created=1.0)
    stale = state.model_copy(update={"processes": {"kafka": reused}})
    assert end_leftovers(stale) == 0
