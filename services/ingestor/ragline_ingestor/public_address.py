"""Whether an IP address is one of the public internet, and leads nowhere else."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

_GLOBAL_UNICAST = IPv6Network("2000::/3")
# Their last 32 bits are the IPv4 address that is reached in the end: IPv4-mapped (RFC 4291),
# IPv4-translated (RFC 2765) and the well-known prefix of NAT64 (RFC 6052)
_CARRY_IPV4 = tuple(map(IPv6Network, ("::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96")))
# Tunnels over IPv4 that nobody serves documents through: Teredo and 6to4; and, as not every
# Python knows it, the second network for examples
_REFUSED = tuple(map(IPv6Network, ("2001::/32", "2002::/16", "3fff::/20")))
_ISATAP = 0x0000_5EFE
_ISATAP_BITS = 0xFDFF_FFFF  # one bit says whether the IPv4 address is unique in the world


def is_public(address: str) -> bool:
    """Return whether `address`, which may have a zone, belongs to a host of the public internet.

    IPv6 is public only where addresses of hosts are given out, so networks that are reserved today
    stay closed: that of translators in one's own network (`64:ff9b:1::/48`) among them.
    """
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv4Address):
        return _is_global(ip)
    if any(ip in network for network in _CARRY_IPV4):
        return _is_global(IPv4Address(int(ip) & 0xFFFF_FFFF))
    return ip in _GLOBAL_UNICAST and _is_global(ip) and not _is_tunnel(ip)


def _is_global(ip: IPv4Address | IPv6Address) -> bool:
    return ip.is_global and not ip.is_multicast


def _is_tunnel(ip: IPv6Address) -> bool:
    isatap = (int(ip) >> 32) & _ISATAP_BITS == _ISATAP
    return isatap or any(ip in network for network in _REFUSED)
