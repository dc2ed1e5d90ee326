"""The real stack for the tests: one Kafka, Redis and vector store of each kind per session.

Tests whose backend is not available on a machine are skipped with the reason; with
`RAGLINE_TEST_REQUIRE=1`, as in CI, they fail instead. The run ends with a table of the tests per
backend.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import hypothesis
import pytest
from tests.kubernetes import gateway_api, module_files, programs
from tests.logger_levels import levels_as_before
from tests.stack_scheduling import StackScheduling

from ragline_cli.errors import StackError
from ragline_cli.stack import ports
from ragline_cli.stack.chat_models import ChatModelSize, chat_model
from ragline_cli.stack.chroma import ChromaServer
from ragline_cli.stack.kafka import KafkaServer
from ragline_cli.stack.postgres import PostgresServer
from ragline_cli.stack.redis import RedisServer
from ragline_cli.stack.server import Server
from ragline_cli.stack.weaviate import WeaviateServer

# of `kubernetes/`, what needs more than the collector
ON_A_CONTROL_PLANE = ("autoscaling", "ingest_to_zero", "kubectl", "overlays", "refusals")
# `make test-extras` runs them where the extras are installed
collect_ignore = [] if find_spec("torch") else ["extras"]
if not shutil.which("promtool"):  # `make promtool` says so
    collect_ignore.append("promtool")
if not shutil.which("prometheus"):  # it comes with promtool
    collect_ignore.append("e2e/test_dashboards.py")
# `make verify-kubernetes` gets them
if programs.missing(programs.COLLECTOR):
    collect_ignore.append("kubernetes/test_collector.py")
if programs.missing() or not gateway_api.crd().exists():
    collect_ignore += [f"kubernetes/test_{what}.py" for what in ON_A_CONTROL_PLANE]
if not shutil.which("kubectl"):  # `make verify-kubernetes` says so
    collect_ignore.append("kubernetes/test_kubectl.py")
# `make verify-autoscaling` gets them
if programs.missing(programs.AUTOSCALING) or not module_files.KEDA_CRDS.paths():
    collect_ignore += ["kubernetes/test_autoscaling.py", "kubernetes/test_ingest_to_zero.py"]
if not chat_model(ChatModelSize.SMALL).path.is_file():  # `make llm` fetches it
    collect_ignore.append("integration/llm/test_chat_model.py")
if os.environ.get("RAGLINE_TEST_IMAGES") != "1":  # `make images`, which takes root and minutes
    collect_ignore.append("images")
REQUIRE_ALL = os.environ.get("RAGLINE_TEST_REQUIRE") == "1"
BACKENDS = {
    "kafka": "Apache Kafka",
    "postgres": "PostgreSQL + pgvector",
    "redis": "Redis",
    "weaviate": "Weaviate",
    "chroma": "Chroma",
    "browser": "Chromium",
}
_ALIASES = {
    "cluster": "kafka",
    "pipeline": "kafka",
    "launched": "kafka",
    "secured": "kafka",
    "pgvector": "postgres",
}
ServerT = TypeVar("ServerT", bound=Server)
_unavailable: dict[str, str] = {}
_used: dict[str, set[str]] = {name: set() for name in BACKENDS}


def _give_up(name: str, error: StackError) -> NoReturn:
    _unavailable[name] = str(error).splitlines()[0]
    if REQUIRE_ALL:
        pytest.fail(f"{name} is required here: {error}")
    pytest.skip(f"{name} cannot be had: {_unavailable[name]}")


# Contract suites assert outside test modules; here, before anything imports them
pytest.register_assert_rewrite("ragline.testing.store_contract")

# A busy machine makes no example wrong: only what it finds counts, not how long it takes
hypothesis.settings.register_profile(
    "unhurried",
    parent=hypothesis.settings.default,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("unhurried")


@pytest.fixture(autouse=True)
def process_as_before() -> Iterator[None]:
    """Restore settings and log levels after each test, whatever commands it ran in this process."""
    before = _settings()
    with levels_as_before():
        yield
    for name in _settings().keys() - before.keys():
        del os.environ[name]
    os.environ.update(before)


def _settings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("RAGLINE_")}


@pytest.fixture(scope="session")
def give_up() -> Callable[[str, StackError], NoReturn]:
    """Skip the test because a backend is not available; fail if all backends are required."""
    return _give_up


def _serve(make: Callable[[Path], ServerT], folder: Path) -> Iterator[ServerT]:
    server = make(folder)
    try:
        server.start()
    except StackError as error:
        _give_up(server.name, error)
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaServer]:
    """A Kafka with the registry's topics."""
    for server in _serve(KafkaServer, tmp_path_factory.mktemp("kafka")):
        server.create_topics()
        yield server


@pytest.fixture(scope="session")
def kafka_bootstrap(kafka: KafkaServer) -> str:
    """`host:port` of the session's Kafka."""
    return kafka.bootstrap_servers


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A PostgreSQL with pgvector."""
    yield from _serve(PostgresServer, tmp_path_factory.mktemp("postgres"))


@pytest.fixture(scope="session")
def postgres_url(postgres: PostgresServer) -> str:
    """`postgresql://` URL of the session's PostgreSQL."""
    return postgres.url


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis."""
    yield from _serve(RedisServer, tmp_path_factory.mktemp("redis"))


@pytest.fixture(scope="session")
def redis_url(redis_server: RedisServer) -> str:
    """`redis://` URL of the session's Redis."""
    return redis_server.url


@pytest.fixture(scope="session")
def weaviate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WeaviateServer]:
    """A Weaviate."""
    yield from _serve(WeaviateServer, tmp_path_factory.mktemp("weaviate"))


@pytest.fixture(scope="session")
def weaviate_url(weaviate: WeaviateServer) -> str:
    """HTTP URL of the session's Weaviate."""
    return weaviate.url


@pytest.fixture(scope="session")
def weaviate_grpc_port(weaviate: WeaviateServer) -> int:
    """The gRPC port of the session's Weaviate."""
    return weaviate.grpc_port


@pytest.fixture(scope="session")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    """A Chroma."""
    yield from _serve(ChromaServer, tmp_path_factory.mktemp("chroma"))


@pytest.fixture(scope="session")
def chroma_url(chroma: ChromaServer) -> str:
    """HTTP URL of the session's Chroma."""
    return chroma.url


def _backends_of(item: pytest.Item) -> set[str]:
    """Derive a test's backends from its fixtures and parameters."""
    parameters = getattr(getattr(item, "callspec", None), "params", {}).values()
    names = {*getattr(item, "fixturenames", ()), *map(str, parameters)}
    firsts = {_ALIASES.get(name, name.partition("_")[0]) for name in names}
    return firsts & set(BACKENDS)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep what a test wrote as UTF-8: tests log lone surrogates, which no worker can send on."""
    report = yield
    report.sections = [(name, _as_utf8(text)) for name, text in report.sections]
    if isinstance(report.longrepr, str):
        report.longrepr = _as_utf8(report.longrepr)
    return report


def _as_utf8(text: str) -> str:
    return text.encode(errors="backslashreplace").decode()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Record which tests really ran on which backend."""
    if report.when == "call" and report.passed:
        for key, names in report.user_properties:
            if key == "backends" and isinstance(names, tuple):
                for name in names:
                    _used[name].add(report.nodeid)


def pytest_configure() -> None:
    """Give each worker ports of its own: a server listens only seconds after its choice."""
    count = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    width = (ports.LAST_PORT - ports.FIRST_PORT) // count
    ports.FIRST_PORT += number * width
    ports.LAST_PORT = ports.FIRST_PORT + width


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Record each test's backends for the closing table."""
    for item in items:
        item.user_properties.append(("backends", tuple(_backends_of(item))))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> StackScheduling:
    """Let tests that share a stack run on one worker."""
    return StackScheduling(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the tests per backend, and the reasons of skips."""
    terminalreporter.section("what ran on what")
    for name, title in BACKENDS.items():
        state = f"{len(_used[name])} tests passed on it"
        if reason := _unavailable.get(name):
            state = f"not available: {reason}"
        terminalreporter.write_line(f"{title:<24} {state}")
    skipped = terminalreporter.stats.get("skipped", [])
    reasons: dict[str, int] = {}
    for report in skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reasons[reason] = reasons.get(reason, 0) + 1
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"{count} skipped: {reason}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """If all backends are required, a skip is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if REQUIRE_ALL and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
