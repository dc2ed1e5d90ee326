"""What Ragline's account at Redis must be allowed: the least that all services together need.

Tests run the services with this account, so a command that is missing here fails them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

KEYS = "ragline:*"
# each command with an example of what follows it
COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        # with these two `ragline doctor` sees whether any of the others is missing
        "acl|dryrun": "ragline ping",
        "acl|whoami": "",
        "auth": "ragline x",
        "del": "ragline:x",
        "discard": "",
        "evalsha": "0 0",
        "exec": "",
        "exists": "ragline:x",
        "expire": "ragline:x 1",
        "get": "ragline:x",
        "hdel": "ragline:x f",
        "hello": "2",
        "hget": "ragline:x f",
        "hgetall": "ragline:x",
        "hincrbyfloat": "ragline:x f 1",
        "hset": "ragline:x f 1",
        "hsetnx": "ragline:x f 1",
        "incrby": "ragline:x 1",
        "info": "memory",
        "lrange": "ragline:x 0 1",
        "ltrim": "ragline:x 0 1",
        "mget": "ragline:x",
        "multi": "",
        "pexpire": "ragline:x 1",
        "ping": "",
        "publish": "ragline:x 1",
        "rpush": "ragline:x 1",
        "script|load": "x",
        "select": "0",
        "set": "ragline:x 1",
        "setbit": "ragline:x 0 1",
        "subscribe": "ragline:x",
        "time": "",
        "unsubscribe": "ragline:x",
        "unwatch": "",
        "watch": "ragline:x",
        "xadd": "ragline:x * f 1",
        "xrange": "ragline:x - +",
        "xread": "streams ragline:x 0",
        "zadd": "ragline:x 1 m",
        "zremrangebyrank": "ragline:x 0 1",
        "zrevrange": "ragline:x 0 1",
    }
)


def rules() -> list[str]:
    """Return the rules as `ACL SETUSER` takes them, without a password."""
    granted = [f"+{command}" for command in COMMANDS]
    return ["resetkeys", f"~{KEYS}", "resetchannels", f"&{KEYS}", "-@all", *granted]
