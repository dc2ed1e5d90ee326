import hashlib
import re
from pathlib import Path

import pytest

from ragline import jars
from ragline.contracts.topics import MAX_RECORD_BYTES
from ragline_cli.errors import StackError
from ragline_cli.stack import kafka_jars
from ragline_cli.stack.kafka import properties


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for module in (jars, kafka_jars):
        monkeypatch.setattr(module, "cache_folder", lambda: tmp_path)
    return tmp_path


def stored(cache: Path, content: bytes, coordinate: str = "org.example:thing:1.0") -> str:
    """Put a jar where a download would, and return a lock line for `content`."""
    group, artifact, version = coordinate.split(":")
    folder = cache / "maven" / group.replace(".", "/") / artifact / version
    folder.mkdir(parents=True)
    (folder / f"{artifact}-{version}.jar").write_bytes(content)
    return f"{coordinate} {hashlib.sha256(content).hexdigest()}\n"


def settings(port: int = 1, controller: int = 2) -> dict[str, str]:
    text = properties(port, controller)
    return dict(line.split("=", 1) for line in text.splitlines())


def test_every_listener_is_on_the_loopback_interface() -> None:
    found = settings(20_001, 20_002)
    assert found["listeners"] == "PLAINTEXT://127.0.0.1:20001,CONTROLLER://127.0.0.1:20002"
    assert found["advertised.listeners"] == "PLAINTEXT://127.0.0.1:20001"
    assert found["controller.quorum.voters"] == "1@127.0.0.1:20002"


def test_the_largest_record_fits_with_head_room() -> None:
    assert int(settings()["message.max.bytes"]) > MAX_RECORD_BYTES
    assert int(settings()["replica.fetch.max.bytes"]) > MAX_RECORD_BYTES


def test_compaction_can_be_set_up_anew_beside_what_it_holds() -> None:
    assert 2 * int(settings()["log.cleaner.dedupe.buffer.size"]) < 64 * 1024 * 1024


def test_no_client_creates_topics_by_naming_them() -> None:
    assert settings()["auto.create.topics.enable"] == "false"


def test_the_lock_names_every_jar_with_its_hash() -> None:
    locked = kafka_jars.parse_lock(kafka_jars.lock_text())
    server = f"org.apache.kafka:kafka_2.13:{kafka_jars.KAFKA_VERSION}"
    assert any(jar.coordinate == server for jar in locked)
    assert all(re.fullmatch(r"[0-9a-f]{64}", jar.sha256) for jar in locked)
    assert len({jar.coordinate for jar in locked}) == len(locked) > 40


def test_the_second_start_resolves_nothing(cache: Path) -> None:
    lock = stored(cache, b"a jar")
    assert kafka_jars.cached_class_path(lock) is None
    class_path = kafka_jars.fetch(lock)
    assert class_path.endswith("org/example/thing/1.0/thing-1.0.jar")
    assert kafka_jars.cached_class_path(lock) == class_path


def test_another_lock_has_another_class_path(cache: Path) -> None:
    lock = stored(cache, b"a jar")
    kafka_jars.fetch(lock)
    assert kafka_jars.cached_class_path(lock + "# newer\n") is None


def test_a_class_path_with_a_missing_jar_is_not_used(cache: Path) -> None:
    lock = stored(cache, b"a jar")
    Path(kafka_jars.fetch(lock)).unlink()
    assert kafka_jars.cached_class_path(lock) is None


def test_a_jar_that_is_not_the_locked_one_is_refused_and_removed(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = stored(cache, b"a jar")
    jar = cache / "maven/org/example/thing/1.0/thing-1.0.jar"
    jar.write_bytes(b"cut off")

    def receive(_url: str, target: Path) -> None:
        target.write_bytes(b"something else")

    monkeypatch.setattr(jars, "_receive", receive)
    with pytest.raises(StackError, match="not the file that the lock names"):
        kafka_jars.fetch(lock)
    assert not jar.exists()


def test_a_failed_download_says_which(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def receive(_url: str, _target: Path) -> None:
        raise OSError("network is unreachable")

    monkeypatch.setattr(jars, "_receive", receive)
    with pytest.raises(StackError, match=r"cannot download org\.example:thing:1\.0"):
        kafka_jars.fetch("org.example:thing:1.0 00\n")
