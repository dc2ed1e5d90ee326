"""A real broker that wants SASL, TLS or both: clients, a service and the command line."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    suppress,
)
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import TopicPartition
from tests.patience import PATIENCE_S

from ragline.contracts.topics import ANSWERS, FEEDBACK, QUERIES, TOPICS, Service, consumer_group
from ragline.errors import Misconfigured, Unavailable
from ragline.messaging.kafka_clients import (
    ClientProfile,
    check_topics,
    open_admin,
    open_consumer,
    open_producer,
    open_tail,
)
from ragline.messaging.lag import GroupTopic, open_lag_reader
from ragline.settings import KafkaSettings
from ragline_cli.kafka.client import COMMAND_LINE
from ragline_cli.stack.server import running

from .conftest import PARTITIONS, Cluster, Worker
from .secured_kafka import MUTUAL, PASSWORD, USER, Issuer, SecuredKafka

# protocol and mechanism; without a mechanism PLAIN is meant
WAYS = [
    ("SASL_PLAINTEXT", None),
    ("SASL_PLAINTEXT", "PLAIN"),
    ("SASL_PLAINTEXT", "SCRAM-SHA-256"),
    ("SASL_PLAINTEXT", "SCRAM-SHA-512"),
    ("SSL", None),
    ("SASL_SSL", None),
    ("SASL_SSL", "SCRAM-SHA-256"),
    ("SASL_SSL", "SCRAM-SHA-512"),
    ("SASL_SSL", "OAUTHBEARER"),
    (MUTUAL, None),
]
# a process takes seconds to start: each protocol and each kind of mechanism once
FEW_WAYS = [
    ("SASL_PLAINTEXT", None),
    ("SASL_PLAINTEXT", "SCRAM-SHA-256"),
    ("SSL", None),
    ("SASL_SSL", "SCRAM-SHA-512"),
    ("SASL_SSL", "OAUTHBEARER"),
    (MUTUAL, None),
]
WITH_PASSWORD = [way for way in FEW_WAYS if way[0].startswith("SASL") and way[1] != "OAUTHBEARER"]
SERVICE = ClientProfile(client_id="test")
PROFILES = pytest.mark.parametrize("profile", [SERVICE, COMMAND_LINE], ids=lambda p: p.client_id)
Open = Callable[[KafkaSettings, ClientProfile], AbstractAsyncContextManager[Any]]


@asynccontextmanager
async def open_any_tail(kafka: KafkaSettings, profile: ClientProfile) -> AsyncIterator[Any]:
    async with open_tail(kafka, profile, FEEDBACK.name) as tail:
        yield tail


OPEN: list[Open] = [open_admin, open_producer, open_consumer, open_any_tail]


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredKafka]:
    small = [replace(topic, partitions=min(PARTITIONS, topic.partitions)) for topic in TOPICS]
    with running(SecuredKafka(tmp_path_factory.mktemp("secured-kafka"))) as server:
        server.add_user()
        server.create_topics(topics=small)
        yield server


@pytest.fixture(scope="module")
def cluster(secured: SecuredKafka) -> Cluster:
    """The same broker through its plaintext listener, for looking at what came of it."""
    return Cluster(secured)


@pytest.fixture
async def closed_connections() -> AsyncIterator[None]:
    """Wait until all are closed: with TLS that takes a moment, which a refused client does not."""
    yield
    open_sockets: Any = getattr(asyncio.get_running_loop(), "_selector").get_map()  # noqa: B009
    while len(open_sockets) > 1:  # one is the loop's own
        await asyncio.sleep(0.01)


def environment(
    secured: SecuredKafka, protocol: str, mechanism: str | None, **others: str
) -> dict[str, str]:
    """Return the variables that an operator sets, with `others` in place of right ones."""
    settings = {"BOOTSTRAP_SERVERS": secured.bootstrap(protocol), "SECURITY_PROTOCOL": protocol}
    if protocol == MUTUAL:
        settings |= {
            "SECURITY_PROTOCOL": "SSL",
            "SSL_CAFILE": str(secured.cafile),
            "SSL_CERTFILE": str(secured.client),
        }
    if mechanism == "OAUTHBEARER":
        settings["SASL_TOKEN_FILE"] = str(token_file(secured, secured.issuer.token()))
    elif protocol.startswith("SASL"):
        settings |= {"SASL_USERNAME": USER, "SASL_PASSWORD": PASSWORD}
    if protocol.endswith("SSL"):
        settings["SSL_CAFILE"] = str(secured.cafile)
    if mechanism:
        settings["SASL_MECHANISM"] = mechanism
    return {f"RAGLINE_KAFKA__{name}": value for name, value in (settings | others).items()}


def token_file(secured: SecuredKafka, token: str) -> Path:
    """Return the file with the token, as whoever renews it writes it."""
    file = secured.folder / "token"
    file.write_text(f"{token}\n")
    return file


def settings(
    secured: SecuredKafka, protocol: str, mechanism: str | None, **others: str
) -> KafkaSettings:
    """Return the settings that those variables make."""
    variables = environment(secured, protocol, mechanism, **others).items()
    return KafkaSettings.model_validate(
        {name.removeprefix("RAGLINE_KAFKA__").lower(): value for name, value in variables}
    )


@pytest.mark.parametrize(("protocol", "mechanism"), WAYS)
async def test_each_kind_of_client_gets_in(
    secured: SecuredKafka, protocol: str, mechanism: str | None
) -> None:
    kafka = settings(secured, protocol, mechanism)
    sent = uuid4().bytes

    async with asyncio.timeout(PATIENCE_S):
        await check_topics(kafka, TOPICS)
        async with open_admin(kafka, SERVICE) as admin:
            assert FEEDBACK.name in await admin.list_topics()
        async with open_tail(kafka, SERVICE, FEEDBACK.name) as tail:
            async with open_producer(kafka, SERVICE) as producer:
                stored = await producer.send_and_wait(FEEDBACK.name, sent)
            assert (await anext(tail)).value == sent
        place = TopicPartition(FEEDBACK.name, stored.partition)
        async with open_consumer(kafka, SERVICE, partitions=[place]) as consumer:
            consumer.seek(place, stored.offset)
            assert (await anext(consumer)).value == sent
        assert await lag(kafka) > 0


async def lag(kafka: KafkaSettings) -> int:
    """Return what the monitor is behind `feedback`; a new cluster has no coordinator at first."""
    wanted = GroupTopic(group=consumer_group(Service.MONITOR, FEEDBACK), topic=FEEDBACK.name)
    while True:
        with suppress(Unavailable):
            async with open_lag_reader(kafka) as reader:
                return (await reader.look_at(wanted)).lag
        await asyncio.sleep(0.1)


@pytest.mark.parametrize(("protocol", "mechanism"), FEW_WAYS)
def test_a_service_consumes_and_publishes(
    secured: SecuredKafka,
    cluster: Cluster,
    start_worker: Callable[..., Worker],
    protocol: str,
    mechanism: str | None,
) -> None:
    worker = start_worker(**environment(secured, protocol, mechanism))
    worker.wait_until("ready", 200)
    key = str(uuid4())
    oversize = str(uuid4())  # goes the other way out of a service, through the raw producer

    cluster.publish(QUERIES.name, [question(key, "hello"), question(oversize, "oversize")])

    found = cluster.wait_for_answers({key, oversize})
    assert found[key][0]["text"] == "hello"
    assert found[oversize][0]["error"]["code"] == "invalid_event"


def question(key: str, text: str) -> tuple[bytes, bytes]:
    return key.encode(), json.dumps({"query_id": key, "text": text}).encode()


@PROFILES
@pytest.mark.usefixtures("closed_connections")
@pytest.mark.parametrize(("protocol", "mechanism"), WITH_PASSWORD)
@pytest.mark.parametrize("open_client", OPEN, ids=lambda each: each.__name__)
async def test_a_wrong_password_is_the_operators_to_mend(
    secured: SecuredKafka,
    open_client: Open,
    protocol: str,
    mechanism: str | None,
    profile: ClientProfile,
) -> None:
    kafka = settings(secured, protocol, mechanism, SASL_PASSWORD="wrong")

    with pytest.raises(Misconfigured, match=r"RAGLINE_KAFKA__SASL_\*"):
        async with asyncio.timeout(PATIENCE_S), open_client(kafka, profile):
            pass


@PROFILES
@pytest.mark.usefixtures("closed_connections")
@pytest.mark.parametrize("protocol", ["SSL", "SASL_SSL"])
@pytest.mark.parametrize("open_client", OPEN, ids=lambda each: each.__name__)
async def test_a_certificate_of_an_unknown_ca_is_not_trusted(
    secured: SecuredKafka, open_client: Open, protocol: str, profile: ClientProfile
) -> None:
    kafka = settings(secured, protocol, None, SSL_CAFILE=str(secured.other_cafile))

    with pytest.raises(Misconfigured, match=r"is not trusted.*RAGLINE_KAFKA__SSL_CAFILE"):
        async with asyncio.timeout(PATIENCE_S), open_client(kafka, profile):
            pass


@pytest.mark.parametrize(
    ("protocol", "wrong", "told"),
    [
        ("SASL_PLAINTEXT", {"SASL_PASSWORD": "wrong"}, "RAGLINE_KAFKA__SASL_*"),
        ("SASL_SSL", {"SASL_USERNAME": "nobody"}, "RAGLINE_KAFKA__SASL_*"),
        ("SASL_SSL", {"SASL_PASSWORD": ""}, "set RAGLINE_KAFKA__SASL_USERNAME and"),
        ("SSL", {"SSL_CAFILE": ""}, "is not trusted"),  # the system's do not know this one
        ("SSL", {"SSL_CAFILE": "/nowhere/ca.pem"}, "RAGLINE_KAFKA__SSL_CAFILE: /nowhere/ca.pem"),
    ],
)
def test_a_service_that_cannot_get_in_ends_and_says_why(
    secured: SecuredKafka,
    start_worker: Callable[..., Worker],
    protocol: str,
    wrong: dict[str, str],
    told: str,
) -> None:
    worker = start_worker(**environment(secured, protocol, None, **wrong))

    assert worker.process.wait(PATIENCE_S) != 0
    log = worker.log.read_text()
    assert told in log
    assert "Traceback" not in log


@PROFILES
@pytest.mark.parametrize("kind", ["another's", "none"])
async def test_a_client_without_a_good_certificate_is_refused(
    secured: SecuredKafka, kind: str, profile: ClientProfile
) -> None:
    own = {"another's": str(secured.other_client), "none": ""}[kind]
    kafka = settings(secured, MUTUAL, None, SSL_CERTFILE=own)

    with pytest.raises(Misconfigured, match=r"RAGLINE_KAFKA__SSL_CAFILE, …SSL_CERTFILE"):
        async with asyncio.timeout(PATIENCE_S), open_admin(kafka, profile):
            pass


@PROFILES
@pytest.mark.usefixtures("closed_connections")
@pytest.mark.parametrize("open_client", OPEN, ids=lambda each: each.__name__)
async def test_a_token_that_the_broker_does_not_believe_is_the_operators_to_mend(
    secured: SecuredKafka, open_client: Open, profile: ClientProfile
) -> None:
    kafka = settings(secured, "SASL_SSL", "OAUTHBEARER")
    for wrong in (Issuer.make().token(), secured.issuer.token(audience="another")):
        token_file(secured, wrong)
        with pytest.raises(Misconfigured, match=r"invalid_token.*RAGLINE_KAFKA__SASL_\*"):
            async with asyncio.timeout(PATIENCE_S), open_client(kafka, profile):
                pass


@pytest.mark.usefixtures("closed_connections")
async def test_a_token_that_ended_is_told_and_a_renewed_one_is_taken(
    secured: SecuredKafka,
) -> None:
    kafka = settings(secured, "SASL_SSL", "OAUTHBEARER")
    token_file(secured, secured.issuer.token(lives=-timedelta(minutes=1)))
    with pytest.raises(Misconfigured, match=r"token in .* has ended: renew it"):
        async with asyncio.timeout(PATIENCE_S), open_admin(kafka, SERVICE):
            pass

    token_file(secured, secured.issuer.token())
    async with asyncio.timeout(PATIENCE_S), open_admin(kafka, SERVICE) as admin:
        assert FEEDBACK.name in await admin.list_topics()


@pytest.mark.usefixtures("closed_connections")
async def test_a_running_client_goes_on_with_a_renewed_token(
    secured: SecuredKafka, caplog: pytest.LogCaptureFixture
) -> None:
    kafka = settings(secured, "SASL_SSL", "OAUTHBEARER")
    async with AsyncExitStack() as stack:
        producer = await producer_whose_token_ends(stack, secured, kafka)
        try:
            async with asyncio.timeout(PATIENCE_S):
                sending = await producer.send(FEEDBACK.name, b"late")
                # the broker closes a connection at the first request after its token's end
                while "has ended" not in caplog.text or sending.done():
                    await asyncio.wait([sending], timeout=0.1)
                    if sending.done():
                        sending = await producer.send(FEEDBACK.name, b"later")
        finally:
            token_file(secured, secured.issuer.token())  # a producer stops when all is sent
        async with asyncio.timeout(PATIENCE_S):
            await sending


async def producer_whose_token_ends(
    stack: AsyncExitStack, secured: SecuredKafka, kafka: KafkaSettings
) -> Any:
    """Return a producer that is connected; a slow machine gets longer for that."""
    lives = timedelta(seconds=3)
    while True:
        token_file(secured, secured.issuer.token(lives=lives))
        try:
            producer = await stack.enter_async_context(open_producer(kafka, SERVICE))
            async with asyncio.timeout(lives.total_seconds()):
                await producer.send_and_wait(FEEDBACK.name, b"early")
        except (Misconfigured, Unavailable, TimeoutError):  # it may end before it is let in
            lives *= 2
        else:
            return producer


def ragline(home: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run `ragline topics apply` as an operator does."""
    ours = {name: value for name, value in os.environ.items() if "RAGLINE_" not in name}
    return subprocess.run(
        [sys.executable, "-m", "ragline_cli.main", "topics", "apply", "--replication", "1"],
        env={**ours, **variables, "RAGLINE_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


@pytest.mark.parametrize(("protocol", "mechanism"), FEW_WAYS)
def test_the_command_line_gets_in(
    secured: SecuredKafka, tmp_path: Path, protocol: str, mechanism: str | None
) -> None:
    done = ragline(tmp_path, environment(secured, protocol, mechanism))

    assert done.returncode == 0, done.stderr
    assert ANSWERS.name in done.stdout or "Nothing to do" in done.stdout


def test_the_command_line_says_that_the_password_is_wrong(
    secured: SecuredKafka, tmp_path: Path
) -> None:
    done = ragline(tmp_path, environment(secured, "SASL_SSL", None, SASL_PASSWORD="wrong"))

    assert done.returncode == 1
    assert "check RAGLINE_KAFKA__SECURITY_PROTOCOL, RAGLINE_KAFKA__SASL_*" in done.stderr
    assert "ragline up" not in done.stderr
