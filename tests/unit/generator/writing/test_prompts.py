"""What the language model is told."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.unit.generator.conftest import count_words, make_passage

from ragline.contracts.plan import Intent
from ragline.contracts.queries import Turn
from ragline.errors import Misconfigured
from ragline.observability.metrics import Metrics
from ragline_generator.app import compose
from ragline_generator.passages.context import Excerpt
from ragline_generator.passages.units import split
from ragline_generator.settings import GeneratorSettings
from ragline_generator.writing.prompts import DEFAULT, NO_ANSWER, PACKAGED, load, recent

build = load().build


def excerpt(text: str, **fields: Any) -> Excerpt:
    return Excerpt(make_passage(text, **fields), split(text))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the packaged prompts, to be changed."""
    return Path(shutil.copytree(PACKAGED, tmp_path / "prompts"))


def test_passages_are_numbered_and_stand_in_one_element() -> None:
    context = [excerpt("Queues last.", title='A "B"'), excerpt("Cats sleep.", chunk="c2")]

    messages = build("Do queues last?", Intent.FACTUAL, context)

    assert [m.role for m in messages] == ["system", "user"]
    assert messages[-1].content.startswith(
        '<passages>\n[1] A "B"\nQueues last.\n[2]\nCats sleep.\n</passages>\n'
    )
    assert "\nQuestion: Do queues last?\n" in messages[-1].content
    assert NO_ANSWER in messages[0].content


def test_dollar_signs_in_passages_are_just_text() -> None:
    [_, user] = build("Cost in $question?", Intent.FACTUAL, [excerpt("It costs $5 or $passages.")])

    assert "It costs $5 or $passages." in user.content
    assert "\nQuestion: Cost in $question?\n" in user.content


@pytest.mark.parametrize("intent", list(Intent))
def test_each_intent_asks_for_its_own_shape(intent: Intent) -> None:
    others = {build("?", other, [])[-1].content for other in Intent if other is not intent}

    assert build("?", intent, [])[-1].content not in others


@pytest.mark.parametrize("intent", list(Intent))
def test_no_model_has_to_copy_links(intent: Intent) -> None:
    context = [excerpt("Queues last.", title="Queues", url="https://docs.example/queues")]

    assert "docs.example" not in build("?", intent, context)[-1].content


@pytest.mark.parametrize(
    ("language", "words"),
    [("German", "Answer in German."), (None, "Answer in the language of the question.")],
)
def test_the_language_is_named_where_it_is_known(language: str | None, words: str) -> None:
    assert words in build("?", Intent.FACTUAL, [], language=language)[-1].content


def test_a_worked_example_comes_before_the_history() -> None:
    history = [Turn(role="user", text="Hi"), Turn(role="assistant", text="Hello")]

    messages = build("?", Intent.FACTUAL, [], history, example=True)

    assert [m.role for m in messages] == ["system", *["user", "assistant"] * 2, "user"]
    assert messages[3].content == "Hi"


@pytest.mark.parametrize("example", [False, True])
@pytest.mark.parametrize(
    "roles",
    [
        ["user", "user", "assistant"],
        ["user", "assistant", "user"],
        ["user", "assistant", "assistant"],
        ["user", "user"],
    ],
)
def test_users_and_the_assistant_take_turns_whatever_the_history_is(
    roles: list[Any], example: bool
) -> None:
    """The templates of some models refuse two turns of one role after each other."""
    history = [Turn(role=role, text=f"turn {n}") for n, role in enumerate(roles)]

    messages = build("Why?", Intent.FACTUAL, [], history, example=example)

    told = [message.role for message in messages[1:]]
    assert told == ["user" if n % 2 == 0 else "assistant" for n in range(len(told))]
    assert told[-1] == "user"
    assert "\nQuestion: Why?\n" in messages[-1].content
    text = "\n".join(message.content for message in messages)
    assert text.index("turn 0") < text.index(f"turn {len(roles) - 1}") < text.index("Why?")


def test_the_latest_turns_that_fit_are_kept_and_a_user_begins() -> None:
    history = [
        Turn(role="user", text="one two three"),
        Turn(role="assistant", text="four five"),
        Turn(role="user", text="six"),
        Turn(role="assistant", text="seven"),
    ]

    assert recent(history, budget=4, count=count_words) == history[2:]
    assert recent(history, budget=7, count=count_words) == history
    assert recent(history, budget=0, count=count_words) == []


def test_an_operators_version_is_read_from_their_folder(folder: Path) -> None:
    for path in folder.iterdir():
        path.rename(path.with_name(path.name.replace(DEFAULT, "ours.v1")))
    (folder / "ours.v1.factual.md").write_text("one word.")

    prompts = load("ours.v1", folder)

    assert prompts.name == "ours.v1"
    assert "Be brief: one word." in prompts.build("?", Intent.FACTUAL, [])[-1].content


def test_an_operators_system_text_may_name_language_and_shape(folder: Path) -> None:
    (folder / f"{DEFAULT}.system.md").write_text("In $language: $shape")
    (folder / f"{DEFAULT}.user.md").write_text("$passages $question")

    [system, user] = load(folder=folder).build("Why?", Intent.FACTUAL, [], language="German")

    assert system.content == "In German: one to three sentences."
    assert user.content.strip() == "Why?"


@pytest.mark.parametrize("path", sorted(p.name for p in PACKAGED.iterdir()))
def test_a_missing_file_is_named(folder: Path, path: str) -> None:
    (folder / path).unlink()

    with pytest.raises(Misconfigured, match=path.replace(".", r"\.")):
        load(folder=folder)


@pytest.mark.parametrize(
    ("part", "text", "says"),
    [
        ("system", "$language $shape $tone", "it has: $language, $shape, $tone"),
        ("user", "Question: $question", "$language, $passages, $question, $shape, may have"),
        ("user", "$passages $question $shape", "it has: $passages, $question, $shape"),
        ("user", "$passages $question for 5 $", "a dollar sign as such is written $$"),
        ("user", "", "it has: none"),
    ],
)
def test_wrong_placeholders_are_named(folder: Path, part: str, text: str, says: str) -> None:
    (folder / f"{DEFAULT}.{part}.md").write_text(text)

    with pytest.raises(Misconfigured) as caught:
        load(folder=folder)

    assert says in str(caught.value)
    assert f"{DEFAULT}.{part}.md" in str(caught.value)


async def test_the_service_does_not_start_without_its_prompts() -> None:
    settings = GeneratorSettings.model_validate({"generator": {"prompt": "answer.v0"}})

    with pytest.raises(Misconfigured, match=r"answer\.v0\.system\.md"):
        async with compose(settings, Metrics()):
            pass
