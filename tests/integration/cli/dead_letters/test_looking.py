"""Dead letters on a real Kafka: listed, shown, exported, dropped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.integration.cli.dead_letters.conftest import PERMANENT, POISON, SECRET, Cluster, document

from ragline.contracts.topics import (
    DEAD_LETTERS,
    DOCUMENTS,
    QUERIES,
)


def test_letters_are_listed_filtered_and_counted(cluster: Cluster, prefix: str) -> None:
    query = cluster.send(QUERIES, f"{prefix}-q", b"\xff{")
    change = cluster.send(DOCUMENTS, f"{prefix}/d", document(1))
    ids = [
        cluster.bury(query, POISON, "classifier"),
        cluster.bury(change, PERMANENT),
    ]
    found = cluster.json("list", "--key", f"{prefix}*")
    assert [letter["id"] for letter in found["dead_letters"]] == ids
    assert found["by_cause"] == {"invalid_json": 1, "permanent_error": 1}
    for arguments in (
        ("--cause", "invalid_json"),
        ("--service", "classifier"),
        ("--topic", "queries", "--since", "1h"),
    ):
        only = cluster.json("list", "--key", f"{prefix}*", *arguments)
        assert [letter["id"] for letter in only["dead_letters"]] == ids[:1]
    assert not cluster.json("list", ids[0], "--until", "1h")["matched"]
    assert "1 invalid_json" in cluster.call("list", *ids).stdout


def test_a_payload_is_shown_and_exported_redacted_unless_asked(
    cluster: Cluster, prefix: str, tmp_path: Path
) -> None:
    record = cluster.send(DOCUMENTS, f"{prefix}/d", document(1))
    letter = cluster.bury(record, PERMANENT)
    assert SECRET not in cluster.call("show", letter).stdout
    assert cluster.json("show", letter)["value"]["document_id"] == "d"
    assert SECRET in cluster.call("show", letter, "--payload").stdout
    for payload in ((), ("--payload",)):
        target = tmp_path / f"letters{len(payload)}.jsonl"
        assert cluster.call("export", str(target), letter, *payload).exit_code == 0
        line = json.loads(target.read_text(encoding="utf-8"))
        assert (SECRET in str(line["value"])) == bool(payload)
        assert target.stat().st_mode & 0o077 == 0
    assert json.loads(cluster.call("export", "-", letter).stdout)["id"] == letter


def test_a_letter_that_is_not_there_is_an_error_that_says_so(cluster: Cluster) -> None:
    with pytest.raises(Exception, match="no dead letter 0-999999"):
        cluster.call("show", "0-999999")


def test_dropped_letters_are_passed_by_and_stay_on_the_topic(cluster: Cluster, prefix: str) -> None:
    letter = cluster.bury(cluster.send(QUERIES, prefix, b"{"), POISON, "classifier")
    assert "--execute" in cluster.call("drop", letter).stdout
    assert not cluster.marks(letter)
    cluster.call("drop", letter, "--execute", "--reason", "a test's rubbish")
    (mark,) = cluster.marks(letter)
    assert (mark.action, mark.reason) == ("dropped", "a test's rubbish")
    assert not cluster.json("list", letter)["matched"]
    assert cluster.json("list", letter, "--all")["dead_letters"][0]["state"] == "dropped"
    assert cluster.json("replay", letter, "--execute")["outcome"]["replayed"] == 0
    assert cluster.read(DEAD_LETTERS, prefix)
