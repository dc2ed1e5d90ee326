"""Redis: one server, or a master with a replica and three Sentinels that choose a new master.

The product speaks to one address. In front of a group stands what a HAProxy or a Kubernetes service
does: a proxy that is led to the master, and cuts what was open to the old one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

from redis import Redis
from redis.exceptions import RedisError

from ragline_cli.stack.places import secret_file
from ragline_cli.stack.ports import LOOPBACK, choose_port
from ragline_cli.stack.processes import Command
from ragline_cli.stack.redis import RedisServer, executable
from ragline_cli.stack.server import Server

from ..proxy import Proxy

_MASTER = "ragline"
_LOOK_S = 0.25
_SENTINELS = 3
_QUORUM = 2
_DOWN_AFTER_MS = 2_000
_FAILOVER_TIMEOUT_MS = 10_000


class RedisNode(RedisServer):
    """A node of a group. Its configuration is written once: Sentinel rewrites it afterwards."""

    def __init__(
        self, folder: Path, *, password: str, log: Path, master: int | None = None
    ) -> None:
        super().__init__(folder, log=log)
        self._shared = password
        self._master = master

    def prepare(self, cancel: Event) -> None:
        """Write the configuration the first time."""
        if self._configuration.exists():
            return
        secret = self.folder / "password"
        secret.touch(mode=0o600)
        secret.write_text(self._shared)
        super().prepare(cancel)
        lines = [f"masterauth {self._shared}"]
        if self._master is not None:
            lines.append(f"replicaof {LOOPBACK} {self._master}")
        with self._configuration.open("a") as file:
            file.write("".join(f"{line}\n" for line in lines))


class Sentinel(Server):
    """One of the three processes that watch the master, and together name another one."""

    def __init__(self, number: int, folder: Path, *, master: int, password: str, log: Path) -> None:
        super().__init__(folder, log=log)
        self.name = f"sentinel-{number}"
        self.port = choose_port(None)
        self._lines = (
            f"bind {LOOPBACK}",
            f"port {self.port}",
            f'dir "{self.folder}"',
            f"sentinel monitor {_MASTER} {LOOPBACK} {master} {_QUORUM}",
            f"sentinel auth-pass {_MASTER} {password}",
            f"sentinel down-after-milliseconds {_MASTER} {_DOWN_AFTER_MS}",
            f"sentinel failover-timeout {_MASTER} {_FAILOVER_TIMEOUT_MS}",
        )

    def prepare(self, cancel: Event) -> None:
        """Write the configuration the first time: Sentinel keeps its state in it."""
        if not self._file.exists():
            self._file.touch(mode=0o600)
            self._file.write_text("".join(f"{line}\n" for line in self._lines))

    def command(self) -> Command:
        """Return the command line."""
        return Command(argv=(executable(), self._file, "--sentinel"), cwd=self.folder)

    def probe(self) -> str | None:
        """Send a ping."""
        return None if self.ask("PING") else "no answer to a ping"

    def ask(self, *words: str) -> object:
        """Return the reply to a command; None when there is none."""
        try:
            with Redis(port=self.port, socket_timeout=1.0, decode_responses=True) as client:
                return client.execute_command(*words)
        except RedisError:
            return None

    @property
    def _file(self) -> Path:
        return self.folder / "sentinel.conf"


class RedisGroup:
    """One Redis, or two with Sentinels; started, killed and stopped as one."""

    def __init__(self, count: int, folder: Path, *, logs: Path) -> None:
        if count == 1:
            self.nodes: list[RedisServer] = [RedisServer(folder / "redis", log=logs / "redis.log")]
            self.sentinels: list[Sentinel] = []
            return
        password = secret_file(folder / "redis.password")
        master = RedisNode(folder / "redis-1", password=password, log=logs / "redis-1.log")
        followers = [
            RedisNode(
                folder / f"redis-{n}",
                password=password,
                log=logs / f"redis-{n}.log",
                master=master.port,
            )
            for n in range(2, count + 1)
        ]
        self.nodes = [master, *followers]
        self.sentinels = [
            Sentinel(
                n,
                folder / f"sentinel-{n}",
                master=master.port,
                password=password,
                log=logs / f"sentinel-{n}.log",
            )
            for n in range(1, _SENTINELS + 1)
        ]

    @property
    def url(self) -> str:
        """The URL of the first node; only its password matters behind a proxy."""
        return self.nodes[0].url

    @property
    def port(self) -> int:
        """The port of the first node, which is the master at the start."""
        return self.nodes[0].port

    def master(self) -> RedisServer:
        """Return the node that the Sentinels call master, or the only one."""
        ports = (self._named(sentinel) for sentinel in self.sentinels)
        wanted = next((port for port in ports if port is not None), self.port)
        return next(node for node in self.nodes if node.port == wanted)

    def fail_over(self) -> None:
        """Ask for another master, although this one is well."""
        self.sentinels[0].ask("SENTINEL", "FAILOVER", _MASTER)

    def start(self) -> None:
        """Start what does not run."""
        for server in (*self.nodes, *self.sentinels):
            server.start()

    def kill(self) -> None:
        """Kill the nodes; Sentinels stay."""
        for node in self.nodes:
            node.kill()

    def stop(self) -> None:
        """Stop everything."""
        for server in (*self.sentinels, *self.nodes):
            server.stop()

    def _named(self, sentinel: Sentinel) -> int | None:
        reply = sentinel.ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", _MASTER)
        return int(reply[1]) if isinstance(reply, list) else None


class Follower:
    """Leads a proxy to the master of a group, until it is told to stop."""

    def __init__(self, group: RedisGroup, proxy: Proxy) -> None:
        self._group = group
        self._proxy = proxy
        self._stopping = Event()
        self._held = Event()
        self._thread = Thread(target=self._follow, daemon=True)

    @contextmanager
    def following(self) -> Iterator[None]:
        """Follow during a `with` block."""
        self._thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            self._thread.join(10)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Leave the proxy at the old master during a `with` block: its clients meet a replica."""
        self._held.set()
        try:
            yield
        finally:
            self._held.clear()

    def _follow(self) -> None:
        while not self._stopping.wait(_LOOK_S):
            if self._held.is_set():
                continue
            with suppress(StopIteration):  # a master that is not one of ours: the next look tells
                port = self._group.master().port
                if port != self._proxy.target:
                    self._proxy.target = port
                    self._proxy.cut()


def follow_master(group: RedisGroup, proxy: Proxy, stack: ExitStack) -> Follower | None:
    """Lead `proxy` to the master of a group with Sentinels until `stack` closes."""
    if not group.sentinels:
        return None
    follower = Follower(group, proxy)
    stack.enter_context(follower.following())
    return follower
