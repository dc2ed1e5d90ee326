"""An IPv6 address that carries an IPv4 address leads no further than that one may be reached."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline_ingestor.public_address import is_public

PRIVATE = (
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "224.0.0.0/4",
    "240.0.0.0/4",
)
LAST_BITS = ("::ffff:0:0", "::ffff:0:0:0", "64:ff9b::")
# Where the IPv4 address stands elsewhere, or the network is not for hosts of others
NEVER = ("64:ff9b:1::", "64:ff9b:1:fffe::", "::", "2001::", "2001:0:ffff:ffff::", "2002::")

private = st.sampled_from(PRIVATE).flatmap(lambda net: st.ip_addresses(v=4, network=net))
public = st.ip_addresses(v=4).filter(lambda ip: ip.is_global and not ip.is_multicast)


def within(prefix: str, ip: IPv4Address) -> str:
    return str(IPv6Address(int(IPv6Address(prefix)) | int(ip)))


@given(private, st.sampled_from(LAST_BITS + NEVER))
def test_nothing_leads_to_a_private_address(ip: IPv4Address, prefix: str) -> None:
    assert not is_public(str(ip))
    assert not is_public(within(prefix, ip))
    assert not is_public(str(IPv6Address((0x2002 << 112) | (int(ip) << 80) | 1)))  # 6to4
    assert not is_public(str(IPv6Address((0x20010000 << 96) | (int(ip) ^ 0xFFFF_FFFF))))  # Teredo
    for identifier in (0x0000_5EFE, 0x0200_5EFE):  # ISATAP
        subnet = int(IPv6Address("2606:4700::"))
        assert not is_public(str(IPv6Address(subnet | (identifier << 32) | int(ip))))


@given(public, st.sampled_from(LAST_BITS))
def test_a_public_address_may_be_carried(ip: IPv4Address, prefix: str) -> None:
    assert is_public(str(ip))
    assert is_public(within(prefix, ip))


@given(st.ip_addresses(v=6))
def test_only_networks_of_hosts_are_public(ip: IPv6Address) -> None:
    carries = any(ip in IPv6Network(f"{prefix}/96") for prefix in LAST_BITS)
    if ip not in IPv6Network("2000::/3") and not carries:
        assert not is_public(str(ip))


@pytest.mark.parametrize(
    "address", ["64:ff9b:1::808:808", "3fff::1", "5f00::1", "fec0::1", "ff02::1"]
)
def test_reserved_networks_are_closed(address: str) -> None:
    assert not is_public(address)


def test_hosts_are_public() -> None:
    assert is_public("2606:2800:220:1::1")
    assert is_public("2a00:1450:4001::65")
