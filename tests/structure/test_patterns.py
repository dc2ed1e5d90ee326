"""Every regular expression of the product takes time in proportion to the text, whatever it is.

Questions, documents and answers come from outside. A pattern that backtracks lets one of them stop
the event loop, and with it everybody else's.
"""

from __future__ import annotations

import gc
import importlib
import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import regex
from tests.structure.modules import PRODUCT, product_files
from tests.structure.worst_cases import worst_cases

Pattern = Any  # of `re` or `regex`, of str or bytes
Call = Callable[[Pattern, Any], object]
SHORT, LONG = 2_000, 16_000
# Eight times the text takes 8 times the time where that is linear, and 64 times where quadratic
TOO_STEEP = 24
# CPU seconds below which a short text tells nothing: a quadratic pattern takes longer on it
NOTHING = 0.001
CALLS: dict[str, Call] = {
    "match": lambda pattern, text: pattern.match(text),
    "fullmatch": lambda pattern, text: pattern.fullmatch(text),
    "search": lambda pattern, text: pattern.search(text),
    "finditer": lambda pattern, text: [None for _ in pattern.finditer(text)],
}
SAME_AS = {"findall": "finditer", "sub": "finditer", "subn": "finditer", "split": "finditer"}


def product_modules() -> Iterator[ModuleType]:
    """Import every module; the fakes are for tests only, and some rewrite their assertions."""
    for folder in PRODUCT.values():
        for file in sorted(folder.rglob("*.py")):
            parts = file.relative_to(folder.parent).with_suffix("").parts
            if "testing" in parts or parts[-1] == "__main__":
                continue
            if parts[-1] != "loaders" or find_spec("torch"):  # `make test-extras` looks at that one
                yield importlib.import_module(".".join(parts).removesuffix(".__init__"))


def within(value: object, depth: int = 2) -> Iterable[object]:
    """Return a value, or what a collection or a dataclass holds, down to one in another."""
    if depth and is_dataclass(value) and not isinstance(value, type):
        value = [getattr(value, field.name) for field in fields(value)]
    if depth and isinstance(value, dict | tuple | list):
        held = value.values() if isinstance(value, dict) else value
        return [inner for each in held for inner in within(each, depth - 1)]
    return [value]


def patterns() -> Iterator[tuple[str, Pattern, str]]:
    """Yield each pattern with its name, and the source in which it is used."""
    seen: set[int] = set()
    for module in product_modules():
        for name, value in vars(module).items():
            for pattern in () if name.startswith("__") else within(value):
                if isinstance(pattern, re.Pattern | regex.Pattern) and id(pattern) not in seen:
                    seen.add(id(pattern))
                    yield f"{module.__name__}.{name}", pattern, source_of(module, name)


def source_of(module: ModuleType, name: str) -> str:
    assert module.__file__ is not None
    return Path(module.__file__).read_text(encoding="utf-8") if name.startswith("_") else sources()


@cache
def sources() -> str:
    return "\n".join(file.read_text(encoding="utf-8") for file in product_files())


def calls_of(name: str, source: str) -> set[str]:
    """Return how the product applies a pattern; all ways where that cannot be read."""
    called = re.findall(rf"\b{name.rpartition('.')[2]}\.(\w+)\(", source)
    return {SAME_AS.get(call, call) for call in called} & CALLS.keys() or set(CALLS)


def cpu_s(call: Call, pattern: Pattern, text: Any, tries: int) -> float:
    fastest = float("inf")
    gc.disable()  # a collection in between costs more, the more was imported
    try:
        for _ in range(tries):
            began = time.thread_time()
            call(pattern, text)
            fastest = min(fastest, time.thread_time() - began)
    finally:
        gc.enable()
    return fastest


def texts(pattern: Pattern, length: int) -> Iterator[Any]:
    source = pattern.pattern
    if isinstance(source, bytes):
        for text in worst_cases(source.decode("latin-1"), 0, length):
            yield text.encode("utf-8")
    else:
        flags = pattern.flags & ~re.UNICODE if isinstance(pattern, re.Pattern) else 0
        yield from worst_cases(source, flags, length)


def is_steep(call: Call, pattern: Pattern, short: Any, long: Any) -> bool:
    if cpu_s(call, pattern, short, 1) < NOTHING:
        return False
    quick = cpu_s(call, pattern, short, 5)
    if quick < NOTHING or cpu_s(call, pattern, long, 1) <= TOO_STEEP * quick:
        return False
    return cpu_s(call, pattern, long, 2) > TOO_STEEP * quick  # once more: others may have disturbed


@pytest.mark.parametrize(
    ("name", "pattern", "source"), [pytest.param(*each, id=each[0]) for each in patterns()]
)
def test_a_pattern_is_linear(name: str, pattern: Pattern, source: str) -> None:
    calls = [CALLS[call] for call in sorted(calls_of(name, source))]
    for short, long in zip(texts(pattern, SHORT), texts(pattern, LONG), strict=True):
        for call in calls:
            assert not is_steep(call, pattern, short, long), f"{name} backtracks on {short[:40]!r}"
