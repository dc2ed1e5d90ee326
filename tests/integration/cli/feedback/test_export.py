"""`ragline feedback export` on a real Kafka."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.integration.cli.feedback.conftest import DAY, YESTERDAY, Cluster, Tenant

from ragline.contracts.documents import DocumentAccessChanged
from ragline.contracts.topics import ANSWERS, DOCUMENT_ACCESS, DOCUMENTS, FEEDBACK
from ragline.errors import Misconfigured
from ragline_evaluation import dataset


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_days_feedback_becomes_a_set(cluster: Cluster, tenant: Tenant, tmp_path: Path) -> None:
    other = Tenant(f"{tenant.name}-other")
    cluster.publish(
        tenant.document("badges.md", "Old text."),
        tenant.document("badges.md", "# Badges\n\nAsk the desk.", version=2),
        tenant.document("keys.md", "Keys are metal."),
        tenant.document("pay.md", "The salary of Ada."),
        other.document("badges.md", "Theirs."),
        DocumentAccessChanged(tenant=tenant.name, document_id="pay.md", version=2, access=("hr",)),
        tenant.answer("a", "How do I get a badge?", "Ask the desk [1].", "badges.md", "keys.md"),
        tenant.answer("b", "how do i get  a badge", "No idea [1].", "keys.md"),
        tenant.answer("c", "What does Ada earn?", "The salary of Ada [1].", "pay.md"),
        tenant.answer("unrated", "Nobody cares?", "No.", "keys.md"),
        other.answer("x", "Theirs?", "Theirs.", "badges.md"),
        tenant.says("a", "down"),
        tenant.says("a", "up"),
        tenant.says("a", "down", marker=2, user="bob"),
        tenant.says("b", "down", reason="no idea\x1b[2J"),
        tenant.says("c", "up"),
        tenant.says("never asked", "up"),
        tenant.says("x", "up").model_copy(update={"query_id": f"{other.name}-x"}),
    )
    cluster.publish(tenant.says("a", "down", user="late"), at=YESTERDAY - timedelta(days=1))
    target = tmp_path / "day"
    done = cluster.json("export", str(target), "--tenant", tenant.name, *DAY)

    assert done["folder"] == str(target)
    counts = done["counts"]
    assert counts["feedback"] == {
        "ratings": 7,
        "replaced": 1,
        "foreign": 1,
        "unanswered": 1,
        "unknown_citations": 0,
    }
    assert counts["questions"] == {"asked": 2, "judged": 1, "without_relevant": 1, "merged": 1}
    assert (
        counts["judgements"] | {"cited": 1, "not_relevant": 1, "restricted": 1}
        == (counts["judgements"])
    )
    assert counts["documents"] == {"inline": 2, "quoted": 0, "textless": 0, "restricted": 1}
    data = dataset.read(target, split="dev")
    assert {d.id: d.text for d in data.documents} == {
        "badges.md": "# Badges\n\nAsk the desk.",
        "keys.md": "Keys are metal.",
    }
    assert data.judgements == {f"{tenant.name}-a": {"badges.md": 1, "keys.md": 0}}
    assert data.questions[0].answer == "Ask the desk."
    (rejected,) = lines(target / "rejected.jsonl")
    assert rejected["reasons"] == [{"marker": None, "reason": "no idea[2J"}]
    assert "salary" not in "".join(p.read_text() for p in target.rglob("*") if p.is_file())

    with pytest.raises(Misconfigured, match="--force replaces it"):
        cluster.call("export", str(target), "--tenant", tenant.name, *DAY)
    everything = ("--include-restricted", "--force", "--split", "test")
    said = cluster.call("export", str(target), "--tenant", tenant.name, *DAY, *everything).stdout
    assert "whoever reads the set reads them" in said
    data = dataset.read(target, split="test")
    assert data.judgements[f"{tenant.name}-c"] == {"pay.md": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["day"]


def test_the_same_feedback_gives_the_same_files(
    cluster: Cluster, tenant: Tenant, tmp_path: Path
) -> None:
    cluster.publish(
        *(tenant.document(f"d{n}", f"Text {n}.") for n in range(20)),
        *(tenant.answer(str(n), f"Q{n}?", "A [1].", f"d{n}") for n in range(20)),
        *(tenant.says(str(n), "up", user=user) for n in range(20) for user in ("u", "v")),
    )
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        assert cluster.json("export", str(folder), "--tenant", tenant.name, *DAY)["counts"]
    one, two = (
        {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.*")}
        for folder in folders
    )
    assert one == two
    assert len(one) == 5


def test_poison_on_every_topic_is_skipped_and_counted(
    cluster: Cluster, tenant: Tenant, tmp_path: Path
) -> None:
    key = f"{tenant.name}-q".encode()
    document = f"{tenant.name}/d".encode()
    cluster.publish(
        tenant.document("d", "Whole."),
        tenant.document("lost", "Perhaps for some only."),
        tenant.answer("q", "Why?", "Because [1].", "d", "lost"),
        tenant.says("q", "up"),
    )
    poison = (b"{", b"\xff\xfe", b'"text"', b"[" * 100_000)
    cluster.store(
        [
            *((FEEDBACK, key, value) for value in (*poison, None)),
            *((ANSWERS, key, value) for value in (*poison, None)),
            *((DOCUMENTS, document, value) for value in poison),
            *((DOCUMENT_ACCESS, f"{tenant.name}/lost".encode(), value) for value in poison),
            (ANSWERS, f"{tenant.name}-unrated".encode(), b"{"),
        ]
    )
    done = cluster.json("export", str(tmp_path / "day"), "--tenant", tenant.name, *DAY)
    assert done["counts"]["unreadable"] == {
        "feedback": 5,
        "answers": 5,
        "documents": 4,
        "document-access": 4,
    }
    data = dataset.read(tmp_path / "day", split="dev")
    assert data.judgements == {f"{tenant.name}-q": {"d": 1}}
    assert done["counts"]["documents"]["restricted"] == 1
    listed = cluster.json("list", "--tenant", tenant.name)
    assert (listed["matched"], listed["unreadable"]) == (1, 5)


def test_a_set_is_of_one_tenant(cluster: Cluster, tenant: Tenant, tmp_path: Path) -> None:
    long_ago = YESTERDAY - timedelta(days=5)
    day = ("--day", f"{long_ago:%Y-%m-%d}")
    cluster.publish(tenant.document("d", "Text."), tenant.answer("q", "Why?", "Because [1].", "d"))
    cluster.publish(tenant.says("q", "up"), at=long_ago)
    only = cluster.json("export", str(tmp_path / "only"), *day)
    assert (only["tenant"], only["counts"]["questions"]["judged"]) == (tenant.name, 1)
    cluster.publish(Tenant("beta").says("q", "up"), Tenant("beta").says("r", "up"), at=long_ago)
    with pytest.raises(Misconfigured, match=rf"beta \(2\), {tenant.name} \(1\)"):
        cluster.call("export", str(tmp_path / "both"), *day)
    assert [path.name for path in tmp_path.iterdir()] == ["only"]


def test_a_day_without_feedback_writes_nothing_and_is_no_error(
    cluster: Cluster, tenant: Tenant, tmp_path: Path
) -> None:
    result = cluster.call("export", str(tmp_path / "day"), "--tenant", tenant.name, *DAY)
    assert result.exit_code == 0
    assert f"no feedback of tenant {tenant.name}" in result.stdout
    assert not (tmp_path / "day").exists()
