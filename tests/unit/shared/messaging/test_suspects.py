"""Who is convicted, and how soon: a model of lives and deaths on the rules of the notes."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from ragline.messaging.suspects import (
    Found,
    Note,
    Start,
    Suspects,
    read_note,
    released,
    taken_over,
)

SUSPECTED = Note(held=True, deaths=2, until=9, reach=9)
Spot = tuple[int, int]


def found(note: Note, *, committed: int = 5, end: int = 100) -> Found:
    return Found(committed=committed, end=end, note=note)


def begun(note: Note, **where: int) -> Note:
    return taken_over({"p": found(note, **where)})["p"]


def suspects(note: Note, *, stretch: int = 4, most: int = 10) -> Suspects:
    return Suspects(note, stretch=stretch, most=most)


def test_a_note_survives_the_commit_s_metadata() -> None:
    note = Note(held=True, deaths=2, until=7, reach=9, alone=3, condemned=1)
    assert read_note(note.text()) == note
    assert Note(held=True).text() == '{"held":true}'


@given(st.text())
def test_what_another_program_wrote_says_nothing_and_breaks_nothing(metadata: str) -> None:
    assert isinstance(read_note(metadata), Note)
    assert read_note("") == Note()


def test_an_orderly_end_is_no_death() -> None:
    note = begun(Note())
    assert note == Note(held=True)
    assert begun(released(note)) == Note(held=True)
    assert begun(released(SUSPECTED)).deaths == 2, "and acquits nobody either"


def test_an_owner_that_died_with_nothing_to_do_is_no_death() -> None:
    assert begun(Note(held=True), committed=5, end=5) == Note(held=True)


def test_after_the_first_death_records_run_as_ever_and_their_reach_is_noted() -> None:
    one = suspects(begun(Note(held=True)))
    assert one.note.deaths == 1
    starts = [one.start(offset) for offset in range(5, 12)]
    assert starts == [Start.NOTED, *[Start.FREELY] * 3, Start.NOTED, *[Start.FREELY] * 2]


def test_records_that_cannot_have_been_in_work_are_no_suspects() -> None:
    one = suspects(begun(Note(held=True)), most=3, stretch=100)
    for offset in range(5, 20):
        one.start(offset)
    assert one.note.until == 8


def test_a_death_before_any_suspect_was_started_does_not_count() -> None:
    first = begun(Note(held=True))
    assert begun(first).deaths == 1


def test_after_the_second_death_suspects_run_alone_and_others_as_ever() -> None:
    first = suspects(begun(Note(held=True)))
    first.start(5)
    second = suspects(begun(first.note))
    assert second.note.deaths == 2
    assert second.start(5) is Start.ALONE
    assert second.note.alone == 5
    second.ended()
    assert second.note.alone is None
    assert second.start(9) is Start.FREELY, "behind what the second life had reached"


def test_suspects_that_were_passed_are_acquitted() -> None:
    one = suspects(SUSPECTED)
    one.passed(8)
    assert one.note.deaths == 2
    one.passed(9)
    assert one.note == Note(held=True)
    assert begun(SUSPECTED, committed=9) == Note(held=True, deaths=1, until=100, reach=9)


def test_the_third_death_convicts_the_record_that_was_alone() -> None:
    note = begun(SUSPECTED.model_copy(update={"alone": 6}))
    assert (note.condemned, note.deaths) == (6, 0)
    one = suspects(note)
    assert [one.start(offset) for offset in (5, 6, 7)] == [
        Start.FREELY,
        Start.NEVER,
        Start.FREELY,
    ]
    assert begun(note).condemned == 6, "until its dead letter is stored"
    one.passed(7)
    assert one.note == Note(held=True)


def test_a_third_death_while_no_suspect_was_in_work_convicts_nobody() -> None:
    note = begun(SUSPECTED)
    assert (note.condemned, note.deaths) == (None, 2)


def test_a_conviction_explains_the_deaths_of_the_partitions_beside_it() -> None:
    guilty, other = SUSPECTED.model_copy(update={"alone": 6}), SUSPECTED
    notes = taken_over({"guilty": found(guilty), "other": found(other)})
    assert notes["guilty"].condemned == 6
    assert notes["other"].deaths == 0


@dataclass
class World:
    """Partitions of records, some of which kill; processes that own all of them, and die."""

    sizes: list[int]
    killers: set[Spot]
    chance: random.Random
    committed: dict[int, tuple[int, Note]] = field(init=False)
    done: set[Spot] = field(default_factory=set)
    buried: list[Spot] = field(default_factory=list)
    deaths: int = 0
    seen: Counter[Spot] = field(default_factory=Counter)  # deaths while it was unfinished

    def __post_init__(self) -> None:
        self.committed = {p: (0, Note()) for p in range(len(self.sizes))}

    @property
    def finished(self) -> bool:
        return all(self.committed[p][0] == size for p, size in enumerate(self.sizes))

    def choose(self, most: int) -> int:
        return self.chance.randint(0, most)

    def live(self, *, patience: int | None = None) -> None:
        """One life: until all is done, a killer strikes, or patience ends."""
        Life(self).run(patience)
        if not self.finished:
            self.deaths += 1
            self.seen.update(
                (p, o)
                for p, size in enumerate(self.sizes)
                for o in range(size)
                if (p, o) not in self.done
            )


class Life:
    """One process: its suspects and what it has in work; what is committed outlives it."""

    def __init__(self, world: World) -> None:
        self.world = world
        notes = taken_over(
            {
                p: Found(committed=offset, end=world.sizes[p], note=note)
                for p, (offset, note) in world.committed.items()
            }
        )
        self.suspects = {p: Suspects(note, stretch=2, most=6) for p, note in notes.items()}
        self.next = {p: offset for p, (offset, _) in world.committed.items()}
        self.running: list[Spot] = []
        for p in notes:
            self.commit(p)

    def commit(self, p: int) -> None:
        world = self.world
        offset = world.committed[p][0]
        while offset < self.next[p] and (p, offset) in world.done:
            offset += 1
        self.suspects[p].passed(offset)
        world.committed[p] = (offset, self.suspects[p].note)

    def run(self, patience: int | None) -> None:
        """Start, finish and commit in any order."""
        world, steps = self.world, 0
        while not world.finished:
            steps += 1
            if patience is not None and steps > patience:
                return
            if self.killed():
                return
            self.step()

    def killed(self) -> bool:
        fatal = [spot for spot in self.running if spot in self.world.killers]
        # in the end it strikes, also when nothing else is left to do
        return bool(fatal) and (self.world.choose(2) == 0 or len(self.running) == len(fatal))

    def step(self) -> None:
        world = self.world
        p = world.choose(len(world.sizes) - 1)
        match world.choose(2):
            case 0 if self.next[p] < world.sizes[p] and len(self.running) < 4:
                self.start(p)
            case 1 if harmless := [s for s in self.running if s not in world.killers]:
                self.finish(harmless[world.choose(len(harmless) - 1)])
            case _:
                self.commit(p)

    def start(self, p: int) -> None:
        world, spot = self.world, (p, self.next[p])
        world.done.discard(spot)  # finished by an earlier life, and not committed
        suspects = self.suspects[p]
        if suspects.note.deaths >= 2 and spot[1] < suspects.note.until and self.running:
            return  # it waits until it is alone
        start = suspects.start(spot[1])
        self.next[p] += 1
        if start is Start.NEVER:
            world.buried.append(spot)
            world.done.add(spot)
            return
        if start is not Start.FREELY:
            self.commit(p)
        self.running.append(spot)
        if start is Start.ALONE and spot not in world.killers:
            self.finish(spot)
            suspects.ended()
            self.commit(p)

    def finish(self, spot: Spot) -> None:
        self.running.remove(spot)
        self.world.done.add(spot)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[int], set[Spot]]:
    sizes = draw(st.lists(st.integers(1, 8), min_size=1, max_size=3))
    spots = [(p, o) for p, size in enumerate(sizes) for o in range(size)]
    return sizes, draw(st.sets(st.sampled_from(spots), max_size=3))


@given(worlds(), st.integers())
def test_killers_and_nobody_else_are_buried_after_few_deaths(
    made: tuple[list[int], set[Spot]], seed: int
) -> None:
    sizes, killers = made
    world = World(sizes, killers, random.Random(seed))
    while not world.finished:
        world.live()
        assert world.deaths <= 4 * len(killers)
    assert set(world.buried) == killers


@given(worlds(), st.integers(), st.lists(st.integers(0, 12), max_size=8))
def test_with_other_deaths_around_only_what_outlasted_three_of_them_is_buried(
    made: tuple[list[int], set[Spot]], seed: int, kills: list[int]
) -> None:
    sizes, killers = made
    world = World(sizes, killers, random.Random(seed))
    for patience in kills:
        world.live(patience=patience)
    while not world.finished:
        world.live()
    assert killers <= set(world.buried)
    assert all(world.seen[spot] >= 3 for spot in world.buried)
