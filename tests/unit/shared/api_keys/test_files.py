"""The keys file: what it may hold, and what is said of one that is wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.api_keys.files import KeyEntry, entry_as_toml, read_keys
from ragline.api_keys.form import KeyScope, digest_of, make_key
from ragline.errors import Misconfigured

KEY = make_key("hr-portal", random=bytes)
HASH = digest_of(KEY).hex()
NOW = datetime(2026, 1, 5, tzinfo=UTC)

printable = st.text(
    st.characters(codec="utf-8", exclude_characters="".join(map(chr, [*range(32), 127]))),
    min_size=1,
    max_size=40,
)
entries = st.builds(
    KeyEntry,
    id=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}", fullmatch=True),
    sha256=st.binary(min_size=32, max_size=32).map(bytes.hex),
    tenant=st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True),
    groups=st.lists(printable, max_size=3).map(tuple),
    user=st.none() | printable,
    scopes=st.frozensets(st.sampled_from(KeyScope)),
    requests_per_minute=st.none() | st.integers(min_value=1, max_value=10**6),
    expires_at=st.none() | st.datetimes(timezones=st.just(UTC)),
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys") / "keys.toml"


@given(st.lists(entries, max_size=4, unique_by=lambda entry: entry.id))
def test_entries_that_are_written_read_the_same(path: Path, written: list[KeyEntry]) -> None:
    text = "\n".join(map(entry_as_toml, written)) or "keys = []\n"
    path.write_text(text, encoding="utf-8")
    assert read_keys(path) == tuple(written)


def test_a_key_may_ask_unless_its_entry_says_otherwise(path: Path) -> None:
    path.write_text(f'[[keys]]\nid = "a"\nsha256 = "{HASH.upper()}"\ntenant = "acme"\n')
    (entry,) = read_keys(path)
    assert entry.digest == digest_of(KEY)
    assert entry.scopes == {KeyScope.ASK}
    assert (entry.groups, entry.user, entry.requests_per_minute) == ((), None, None)


def test_a_key_ends_at_its_instant() -> None:
    entry = KeyEntry(id="a", sha256=HASH, tenant="acme", expires_at=NOW)
    assert entry.expired(NOW)
    assert not entry.expired(NOW - timedelta(microseconds=1))


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (f'sha256 = "{KEY}"', "sha256: .*never the key itself"),
        ('sha256 = "abc"', "sha256: .*64 hex digits"),
        ('tenant = "a/b"', "tenant: String should match"),
        ('scopes = ["rule"]', "scopes.*'ask', 'write', 'access' or 'operate'"),
        ("requests_per_minute = 0", "requests_per_minute: .*greater than 0"),
        ("expires_at = 2027-01-01T00:00:00", "expires_at: .*timezone"),
        ('group = "hr"', "group: Extra inputs"),
        ('id = "a_b"', "id: String should match"),
    ],
)
def test_a_wrong_entry_is_named_with_its_number_and_never_shown(
    path: Path, line: str, complaint: str
) -> None:
    fine = {"id": '"b"', "sha256": f'"{HASH}"', "tenant": '"acme"'}
    name, _, value = line.partition(" = ")
    wrong = "".join(f"{key} = {text}\n" for key, text in {**fine, name: value}.items())
    path.write_text(f'[[keys]]\nid = "a"\nsha256 = "{HASH}"\ntenant = "x"\n[[keys]]\n{wrong}')
    with pytest.raises(Misconfigured, match=rf"number 2: {complaint}") as caught:
        read_keys(path)
    assert str(path) in str(caught.value)
    assert KEY not in str(caught.value)


def test_two_keys_of_one_id_are_a_mistake(path: Path) -> None:
    entry = entry_as_toml(KeyEntry(id="a", sha256=HASH, tenant="acme"))
    path.write_text(entry + entry)
    with pytest.raises(Misconfigured, match="number 2: id: number 1 is a, too"):
        read_keys(path)


def test_nobody_is_let_in_on_purpose_only(path: Path) -> None:
    path.write_text("keys = []")
    assert read_keys(path) == ()
    path.write_text("")  # as while it is being written
    with pytest.raises(Misconfigured, match="keys: Field required"):
        read_keys(path)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"cannot read the keys file .*none\.toml: No such"):
        read_keys(tmp_path / "none.toml")
