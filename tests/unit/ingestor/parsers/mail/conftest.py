"""Writes compound files, in which Outlook saves messages (MS-CFB), and messages in them."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_SECTOR, _MINI, _SMALL = 512, 64, 4096
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_STRING, _BINARY, _INT, _TIME = 0x1F, 0x102, 0x3, 0x40

Tree = Mapping[str, "bytes | Tree"]


@dataclass
class _Writer:
    sectors: list[bytes] = field(default_factory=list)
    fat: list[int] = field(default_factory=list)
    mini: bytes = b""
    mini_fat: list[int] = field(default_factory=list)
    entries: list[list[object]] = field(default_factory=list)

    def put(self, data: bytes) -> int:
        """Append the data's sectors and return the first."""
        count = -(-len(data) // _SECTOR)
        first = len(self.sectors)
        self.sectors += [
            data[n * _SECTOR : (n + 1) * _SECTOR].ljust(_SECTOR, b"\0") for n in range(count)
        ]
        self.fat += [*range(first + 1, first + count), _END]
        return first

    def put_small(self, data: bytes) -> int:
        count = -(-len(data) // _MINI)
        first = len(self.mini_fat)
        self.mini += data.ljust(count * _MINI, b"\0")
        self.mini_fat += [*range(first + 1, first + count), _END]
        return first

    def add(self, tree: Tree) -> int:
        """Enter a folder's children, each the next one's left neighbour; return the first."""
        first = _FREE
        for name, content in reversed(list(tree.items())):
            at = len(self.entries)
            entry: list[object] = [name, 2, first, _FREE, _END, 0]
            self.entries.append(entry)
            if isinstance(content, bytes):
                small = len(content) < _SMALL
                entry[5] = len(content)
                if content:
                    entry[4] = self.put_small(content) if small else self.put(content)
            else:
                entry[1] = 1
                entry[3] = self.add(content)
            first = at
        return first


def compound_file(tree: Tree) -> bytes:
    """Return a file of streams (bytes) and folders (mappings)."""
    writer = _Writer()
    root: list[object] = ["Root Entry", 5, _FREE, _FREE, _END, 0]
    writer.entries.append(root)
    root[3] = writer.add(tree)
    root[5] = len(writer.mini)
    root[4] = writer.put(writer.mini) if writer.mini else _END
    mini_fat = struct.pack(f"<{len(writer.mini_fat)}I", *writer.mini_fat)
    mini_fat = mini_fat.ljust(-(-len(mini_fat) // _SECTOR) * _SECTOR, b"\xff")
    mini_count = len(mini_fat) // _SECTOR
    mini_at = writer.put(mini_fat) if mini_fat else _END
    directory = b"".join(map(_entry, writer.entries))
    directory_at = writer.put(directory)
    count = 1
    while count * _SECTOR // 4 < len(writer.fat) + count:
        count += 1
    fat_at = len(writer.sectors)
    fat = [*writer.fat, *[_FAT] * count]
    fat += [_FREE] * (count * _SECTOR // 4 - len(fat))
    packed = struct.pack(f"<{len(fat)}I", *fat)
    difat = [*range(fat_at, fat_at + count)]
    header = struct.pack(
        "<8s16x5H6x9I",
        *(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6),
        *(0, count, directory_at, 0, _SMALL, mini_at, mini_count, _END, 0),
    ) + struct.pack("<109I", *difat, *[_FREE] * (109 - count))
    return header + b"".join(writer.sectors) + packed


def _entry(entry: Sequence[object]) -> bytes:
    name, kind, right, child, start, size = entry
    raw = str(name).encode("utf-16-le") + b"\0\0"
    return struct.pack(
        "<64sHBBIII16s4x16xIQ", raw, len(raw), kind, 1, _FREE, right, child, b"", start, size
    )


def properties(values: Mapping[int, str | bytes | int], *, header: int) -> dict[str, bytes]:
    """Return the streams of a message's, a recipient's or an attachment's properties."""
    streams: dict[str, bytes] = {}
    table = b"\0" * header
    for name, value in values.items():
        if isinstance(value, int):
            kind = _TIME if value > 0xFFFFFFFF else _INT
            table += struct.pack("<HHIQ", kind, name, 6, value)
            continue
        kind = _STRING if isinstance(value, str) else _BINARY
        raw = value.encode("utf-16-le") if isinstance(value, str) else value
        streams[f"__substg1.0_{name:04X}{kind:04X}"] = raw
        table += struct.pack("<HHIII", kind, name, 6, len(raw), 0)
    return {"__properties_version1.0": table, **streams}


def msg(
    values: Mapping[int, str | bytes | int],
    *,
    recipients: Sequence[Mapping[int, str | bytes | int]] = (),
    attachments: Sequence[Mapping[int, str | bytes | int]] = (),
) -> bytes:
    """Return a message with these properties, by their numbers."""
    tree: dict[str, bytes | Tree] = {**properties(values, header=32)}
    for at, each in enumerate(recipients):
        tree[f"__recip_version1.0_#{at:08X}"] = properties(each, header=8)
    for at, each in enumerate(attachments):
        tree[f"__attach_version1.0_#{at:08X}"] = properties(each, header=8)
    return compound_file(tree)
