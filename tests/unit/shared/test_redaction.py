"""Credentials, and what URIs hold of them, leave a text; the rest of it stays."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.redaction import without_secrets

_CHARACTERS = string.ascii_letters + string.digits + "-._~!$'()*+,;=:%&"
secrets = st.text(_CHARACTERS, min_size=1, max_size=40).map(lambda text: f"hunter2{text}hunter2")


@pytest.mark.parametrize(
    "text",
    [
        "no rgl_hr-portal_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA here",
        "no eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln here",
        "no eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0. here",
        "no module.name_eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.hunter2 here",
        "no Bearer hunter2hunter2 here",
        "no X-Amz-Signature=hunter2hunter2&X-Amz-Credential=hunter2 here",
    ],
)
def test_credentials_are_taken_out(text: str) -> None:
    assert "[credential] here" in without_secrets(text)
    assert "hunter2" not in without_secrets(text)


@given(
    scheme=st.sampled_from(["https", "redis", "s3", "postgresql", "HTTP"]),
    user=secrets | st.none(),
    query=secrets | st.none(),
    fragment=secrets | st.none(),
    around=st.sampled_from(["{}", "cannot read {}: it is away", "GET '{}', 403", "({})", "\n{}\n"]),
)
def test_of_a_uri_only_host_and_path_stay(
    scheme: str, user: str | None, query: str | None, fragment: str | None, around: str
) -> None:
    parts = (
        f"{scheme}://",
        f"{user}@" if user else "",
        "files.example.org:8443/a/b@c.pdf",
        f"?X={query}" if query else "",
        f"#{fragment}" if fragment else "",
    )

    told = without_secrets(around.format("".join(parts)))

    assert "hunter2" not in told
    assert f"{scheme}://files.example.org:8443/a/b@c.pdf" in told


def test_other_text_stays() -> None:
    text = "key:hr-portal, RGL rgl_ eyJ. What? (ratio 3:4) a@b.example /v1/x?y #7 keyJson.x"
    assert without_secrets(text) == text
    text = "on http://h:1/p, and s3://b/a."
    assert without_secrets(text) == text


def test_it_takes_no_longer_than_the_text_is_long() -> None:
    """Texts that come from outside are logged, too; these took quadratic time."""
    for part in ("eyJ", "eyJ.", "keyJson.", "x-ms-", "a.", "rgl_", "http", "bearer "):
        assert without_secrets(part * 300_000)
