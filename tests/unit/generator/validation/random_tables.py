"""Random tables, with statements about their cells that are true, and others that are not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

_NAMES = (
    "Oberon", "Titania", "Puck", "Ariel", "Ben Okafor", "Ana Duarte", "Chloe Ito", "kestrel",
    "merlin", "Pro plan", "Basic", "Night shift", "Tower North", "DX-7", "DX-9", "Q4 report",
    "eu-west-1", "Ganymed Hall", "vacuum pump", "Wien Mitte", "Linz", "osprey_main", "Falcon 9",
)  # fmt: skip
_COLUMNS = {
    "Seats": "{}", "Floor": "{}", "Port": "80{}", "Price": "{} EUR", "Price per month": "{}.50 EUR",
    "Storage": "{} GB", "Voltage": "{} V", "Opens": "{}:30", "Phone number": "45{}",
    "Valid until": "20{}", "Weight": "{} kg", "Error rate": "{} %", "Due": "2026-03-{}",
}  # fmt: skip
_TEXTS = {
    "Role": ("Payroll", "Facilities", "Security", "Legal advice", "Sales", "Purchasing"),
    "Protocol": ("HTTP", "gRPC", "AMQP", "MQTT", "WebSocket", "SMTP"),
    "City": ("Porto", "Graz", "Turku", "Brno", "Ghent", "Cork"),
    "Colour": ("red", "dark green", "blue", "white", "orange", "black"),
}
_KEYS = ("Name", "Item", "Room", "Device", "Service", "Team")
WORDINGS = (
    "The {column} of {key} is {value}.",
    "{key} has the {column} {value}.",
    "{heading}: {key}; {Column}: {value}",
    "{value} is the {column} of {key}.",
    "{key}: {column} {value}.",
)


@dataclass(frozen=True, slots=True)
class RandomTable:
    """A table: its column names, the first of which is the rows', and its rows."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def markdown(self) -> str:
        """The table as Markdown."""
        lines = [self.names, ("---",) * len(self.names), *self.rows]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)

    def true(self, wordings: Sequence[str]) -> Iterator[str]:
        """Yield what the table says of each cell, in each wording."""
        for row in self.rows:
            for column in range(1, len(row)):
                yield from self._worded(wordings, row[0], column, row[column])

    def false(self, wordings: Sequence[str]) -> Iterator[str]:
        """Yield the same with the cell of another row, or of another column of the row."""
        for row in self.rows:
            for column in range(1, len(row)):
                others = [each[column] for each in self.rows if each[column] != row[column]]
                beside = [cell for cell in row[1:] if cell != row[column]]
                for value in dict.fromkeys((*others[:2], *beside[:2])):
                    yield from self._worded(wordings, row[0], column, value)

    def _worded(self, wordings: Sequence[str], key: str, column: int, value: str) -> Iterator[str]:
        name = self.names[column]
        for wording in wordings:
            yield wording.format(
                key=key, column=name.lower(), Column=name, value=value, heading=self.names[0]
            )


def random_table(random: Random) -> RandomTable:
    """Return a table of 2 to 6 rows and 2 to 5 columns; no column holds a cell twice."""
    rows = random.randint(2, 6)
    columns = random.sample([*_COLUMNS, *_TEXTS], random.randint(1, 4))
    cells = [_column(name, rows, random) for name in columns]
    keys = random.sample(_NAMES, rows)
    return RandomTable((random.choice(_KEYS), *columns), tuple(zip(keys, *cells, strict=True)))


def _column(name: str, rows: int, random: Random) -> list[str]:
    if name in _TEXTS:
        return random.sample(_TEXTS[name], rows)
    return [_COLUMNS[name].format(n) for n in random.sample(range(10, 29), rows)]
