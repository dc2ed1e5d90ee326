"""Names stay names: a class name stands for one thing, a module bears a noun.

Both limits are ratchets: lower them when there are fewer, never raise them.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from tests.structure.modules import ROOT, product_files, public_classes

MOST_DOUBLED_CLASSES = 12
# What is fine as it is: the field's own words, such as chunking, batching, embedding
MOST_GERUND_MODULES = 25


def test_few_public_class_names_stand_for_two_things() -> None:
    places: dict[str, list[Path]] = defaultdict(list)
    for file in product_files():
        for name in public_classes(file):
            places[name].append(file.relative_to(ROOT))
    doubled = {name: list(map(str, files)) for name, files in places.items() if len(files) > 1}
    assert len(doubled) <= MOST_DOUBLED_CLASSES, doubled


def test_few_modules_are_called_after_an_activity() -> None:
    gerunds = [str(f.relative_to(ROOT)) for f in product_files() if f.stem.endswith("ing")]
    assert len(gerunds) <= MOST_GERUND_MODULES, gerunds
