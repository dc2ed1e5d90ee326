"""How the peers' programs are started."""

from __future__ import annotations

from pathlib import Path

import pytest

from ragline.adapters.models.embedding_identity import Prefixes
from ragline.adapters.models.files import ModelFiles
from ragline.adapters.models.sentence_network import SentenceNetwork
from ragline.errors import Misconfigured
from ragline_evaluation.compare.passages import PassageFiles
from ragline_evaluation.compare.peers import PEERS, PeerSettings, program_line

ROOT = Path(__file__).resolve().parents[4]


def test_each_peer_has_a_program_and_a_lock() -> None:
    for peer in PEERS:
        assert (ROOT / f"evaluation/peers/{peer.module}.py").is_file()
        assert (ROOT / f"evaluation/peers/requirements/{peer.module}.txt").is_file()


def test_locks_name_no_address() -> None:
    for lock in (ROOT / "evaluation/peers/requirements").iterdir():
        assert "://" not in lock.read_text(encoding="utf-8")


def line(root: Path) -> tuple[str, ...]:
    files = ModelFiles(model_id="m", revision="r", folder=Path("/models/m"))
    found = program_line(
        PEERS[0],
        root=root,
        passages=PassageFiles(chunks=Path("/c"), vectors=Path("/v"), count=3),
        model=SentenceNetwork(
            files=files,
            onnx_file="model.onnx",
            pooling="mean",
            max_tokens=512,
            prefixes=Prefixes(query="query: "),
        ),
        settings=PeerSettings(folder=Path("/f"), workers=2, threads=1, depth=40),
    )
    return tuple(found.argv)


def test_a_program_runs_in_its_own_environment(tmp_path: Path) -> None:
    python = tmp_path / ".venv-haystack/bin/python"
    python.parent.mkdir(parents=True)
    python.touch()
    argv = line(tmp_path)
    assert argv[:3] == (str(python), "-m", "peers.haystack")
    assert argv[argv.index("--prefix") + 1] == "query: "
    assert argv[argv.index("--index") + 1] == "/f/haystack"


def test_a_missing_environment_is_made_by_a_verb(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="make compare"):
        line(tmp_path)
