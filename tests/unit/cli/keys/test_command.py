"""`ragline keys`: making keys, putting them into a file, and asking what a file says."""

from __future__ import annotations

import json
import stat
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ragline.api_keys.files import read_keys
from ragline.api_keys.form import KeyScope, id_of, same_key
from ragline.errors import Misconfigured
from ragline_cli.keys.new_key import expiry
from ragline_cli.main import app

NOW = datetime(2026, 1, 5, tzinfo=UTC)


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, ("keys", *arguments), input=stdin)


def created(path: Path, *options: str) -> str:
    result = run("create", "--append", str(path), *options)
    assert result.exit_code == 0, result.output
    return result.stdout.strip()


def test_a_new_key_and_its_entry_are_shown_apart(tmp_path: Path) -> None:
    result = run("create", "--tenant", "acme", "--id", "hr-portal", "--group", "hr")
    (table,) = tomllib.loads(result.stdout)["keys"]
    key = result.stderr.splitlines()[1]
    assert (table["id"], table["tenant"], table["groups"]) == ("hr-portal", "acme", ["hr"])
    assert same_key(key, bytes.fromhex(table["sha256"]))
    assert key not in result.stdout


def test_what_is_stated_stands_in_the_entry(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    options = ("--id", "cms", "--scope", "write", "--scope", "ask", "--user", "Büro ☕")
    created(path, "--tenant", "acme", *options, "--requests-per-minute", "9", "--expires", "90d")
    (entry,) = read_keys(path)
    assert entry.scopes == {KeyScope.WRITE, KeyScope.ASK}
    assert (entry.user, entry.requests_per_minute) == ("Büro ☕", 9)
    assert entry.expires_at is not None


def test_a_file_made_for_keys_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    first = created(path, "--tenant", "acme")
    second = created(path, "--tenant", "acme")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.id for entry in read_keys(path)] == [id_of(first), id_of(second)]
    assert first not in path.read_text()


def test_an_id_is_given_once(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    created(path, "--tenant", "acme", "--id", "a")
    before = path.read_bytes()
    result = run("create", "--append", str(path), "--tenant", "acme", "--id", "a")
    assert isinstance(result.exception, Misconfigured)
    assert path.read_bytes() == before
    assert "rgl_" not in result.output


def test_an_entry_never_breaks_a_file(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    path.write_text("keys = []")
    result = run("create", "--append", str(path), "--tenant", "acme")
    assert isinstance(result.exception, Misconfigured)
    assert path.read_text() == "keys = []"
    path.write_text("# keys of the portal\n[[keys")
    assert isinstance(
        run("create", "--append", str(path), "--tenant", "acme").exception, Misconfigured
    )


@pytest.mark.parametrize(
    "options",
    [
        ("--tenant", "a/b"),
        ("--tenant", "acme", "--id", "a_b"),
        ("--tenant", "acme", "--group", ""),
        ("--tenant", "acme", "--expires", "soon"),
        ("--tenant", "acme", "--expires", "2020-01-01"),
        ("--tenant", "acme", "--scope", "rule"),
    ],
)
def test_a_key_that_could_not_be_used_is_a_wrong_command_line(options: tuple[str, ...]) -> None:
    result = run("create", *options)
    assert result.exit_code == 2
    assert "rgl_" not in result.output


def test_a_key_is_checked_against_the_file(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    key = created(path, "--tenant", "acme", "--id", "a")
    good = run("check", str(path), stdin=key + "\n")
    assert (good.exit_code, good.stdout) == (0, "a: tenant acme, may ask\n")
    told = json.loads(run("check", str(path), "--json", stdin=key).stdout)
    assert (told["valid"], told["entry"]["tenant"]) == (True, "acme")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda key: key[:-1] + ("A" if key[-1] != "A" else "B"), "the hash differs"),
        (lambda key: key.replace("_a_", "_b_"), "the file has no key b"),
        (lambda _: "hunter2", "this is no key"),
    ],
)
def test_a_key_that_would_be_refused_is_told_why(
    tmp_path: Path, change: object, reason: str
) -> None:
    assert callable(change)
    path = tmp_path / "keys.toml"
    key = created(path, "--tenant", "acme", "--id", "a")
    result = run("check", str(path), stdin=change(key))
    assert result.exit_code == 1
    assert reason in result.stderr
    assert "hunter2" not in result.output


def test_a_key_that_ended_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    key = created(path, "--tenant", "acme", "--id", "a")
    path.write_text(path.read_text() + "expires_at = 2020-01-01T00:00:00Z\n")
    assert "ended at 2020-01-01" in run("check", str(path), stdin=key).stderr
    assert "over" in run("list", str(path)).stdout


def test_a_list_of_keys_shows_rights_and_no_hashes(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    created(path, "--tenant", "acme", "--id", "a", "--group", "[hr]", "--scope", "operate")
    (entry,) = read_keys(path)
    shown = run("list", str(path)).stdout
    assert "[hr]" in shown
    assert "operate" in shown
    told = run("list", str(path), "--json").stdout
    assert json.loads(told)[0]["groups"] == ["[hr]"]
    assert entry.sha256 not in shown + told


def test_an_end_is_an_age_or_an_instant() -> None:
    assert expiry("90d", NOW) == NOW + timedelta(days=90)
    assert expiry("12h", NOW) == NOW + timedelta(hours=12)
    assert expiry("2027-01-31", NOW) == datetime(2027, 1, 31, tzinfo=UTC)
    assert expiry("2027-01-31T10:00:00+01:00", NOW) == datetime(2027, 1, 31, 9, tzinfo=UTC)
