"""An event makes us read only what the operator allows."""

from __future__ import annotations

import pytest

from ragline.errors import InvalidDocument, Misconfigured
from ragline_ingestor.uri_rules import UriRules

ALLOWED = (
    "https://docs.example.com/",
    "https://*.example.org/kb/",
    "http://intranet:8080/",
    "s3://bucket/folder/",
    "file:///srv/docs/",
)
RULES = UriRules(allowed=ALLOWED, private_hosts=("intranet",))


@pytest.mark.parametrize(
    "uri",
    [
        "https://docs.example.com/a/b.md?x=1",
        "https://DOCS.example.com:443/a",
        "https://docs.example.com",
        "https://eu.kb.example.org/kb/a",
        "http://intranet:8080/a",
        "s3://bucket/folder/a.pdf",
        "file:///srv/docs/a.md",
    ],
)
def test_a_covered_uri_is_allowed(uri: str) -> None:
    assert RULES.check(uri).scheme == uri.partition(":")[0]


@pytest.mark.parametrize(
    "uri",
    [
        "http://docs.example.com/a",
        "https://docs.example.com:8443/a",
        "https://docs.example.com.evil.net/a",
        "https://evil.net/https://docs.example.com/",
        "https://docs.example.com@evil.net/",
        "https://evil.net\\@docs.example.com/",
        "https://docs.example.com\t.evil.net/",
        "https://docs.example.com:port/",
        "https://example.org/kb/a",
        "https://a.example.org/kbx/a",
        "https://a.example.org/kb/../admin",
        "https://a.example.org/kb/%2e%2e/admin",
        "https://[::1/",
        "s3://bucket/other/a.pdf",
        "s3://bucket2/folder/a.pdf",
        "file:///srv/docs/../../etc/passwd",
        "file:///etc/passwd",
        "/etc/passwd",
        "",
    ],
)
def test_anything_else_is_forbidden(uri: str) -> None:
    with pytest.raises(InvalidDocument) as caught:
        RULES.check(uri)
    assert caught.value.code == "forbidden_uri"


def test_by_default_nothing_is_allowed() -> None:
    with pytest.raises(InvalidDocument):
        UriRules(allowed=(), private_hosts=()).check("https://docs.example.com/")


def test_a_prefix_without_a_host_or_folder_is_misconfigured() -> None:
    with pytest.raises(Misconfigured, match="ALLOWED_URIS"):
        UriRules(allowed=("docs.example.com",), private_hosts=()).check("https://docs.example.com/")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.8",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104  an address to refuse, nothing binds to it
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
    ],
)
def test_addresses_that_are_not_public_need_permission(address: str) -> None:
    assert not RULES.may_connect("docs.example.com", address)
    assert RULES.may_connect("intranet", address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1"])
def test_public_addresses_may_be_reached(address: str) -> None:
    assert RULES.may_connect("docs.example.com", address)
