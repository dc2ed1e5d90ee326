"""Answers without a language model."""

from __future__ import annotations

from textwrap import dedent

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.generator.conftest import count_words, make_passage

from ragline.contracts.plan import Intent
from ragline.contracts.queries import Passage
from ragline_generator.extractive.draft import Draft, compose
from ragline_generator.extractive.selection import best_units
from ragline_generator.passages.ranking import rank
from ragline_generator.validation.verdicts import Validator


def answer(
    question: str, *passages: Passage, intent: Intent = Intent.FACTUAL, max_tokens: int = 500
) -> Draft:
    ranked = rank(question, passages)
    return compose(question, intent, passages, ranked, max_tokens=max_tokens, count=count_words)


QUEUES = make_passage(
    "RabbitMQ is a broker. A durable queue survives a restart of the broker. It is declared with "
    "the durable flag. Exchanges route messages. Cats sleep all day."
)
STEPS = make_passage(
    dedent(
        """
        # Upgrade

        To upgrade a node, do this:

        1. Drain the node.
        2. Stop it:

           ```
           rabbitmqctl stop
           ```
        3. Install the new version.

        Upgrades are usually quick.
        """
    ).strip(),
    chunk="steps",
)


def test_a_fact_gets_a_cited_sentence() -> None:
    assert answer("What survives a restart?", QUEUES).text == (
        "A durable queue survives a restart of the broker. [1]"
    )


def test_a_sentence_that_leans_on_the_one_before_brings_it_along() -> None:
    assert answer("Which flag is it declared with?", QUEUES).text == (
        "A durable queue survives a restart of the broker. [1] "
        "It is declared with the durable flag. [1]"
    )


def test_a_procedure_gets_its_complete_steps() -> None:
    text = answer("How do I upgrade a node?", STEPS, QUEUES, intent=Intent.PROCEDURAL).text

    assert text == (
        "To upgrade a node, do this:\n\n"
        "1. Drain the node. [1]\n"
        "2. Stop it: [1]\n   ```\n   rabbitmqctl stop\n   ```\n"
        "3. Install the new version. [1]"
    )


def test_steps_that_have_nothing_to_do_with_the_question_are_not_given() -> None:
    text = answer("What survives a restart?", STEPS, QUEUES, intent=Intent.PROCEDURAL).text

    assert "Drain" not in text
    assert "A durable queue survives a restart" in text


def test_a_navigational_question_gets_the_link_and_where_to_look() -> None:
    guide = make_passage(
        "Durable queues survive a restart.",
        title="Queues",
        heading_path=("Queues", "Durability"),
        url="https://docs.example/queues",
    )

    text = answer("Where are durable queues described?", guide, intent=Intent.NAVIGATIONAL).text

    assert text == (
        "[Queues](https://docs.example/queues) — Durability [1]\n\n"
        "Durable queues survive a restart. [1]"
    )


def test_the_sentence_comes_first_where_no_text_is_asked_for() -> None:
    page = make_passage("The notice period is a month.", title="Notice", chunk="n")
    online = page.model_copy(update={"url": "https://docs.example/notice"})

    assert answer("notice period", page, intent=Intent.NAVIGATIONAL).text == (
        "The notice period is a month. [1]"
    )
    assert answer("notice period", online, intent=Intent.NAVIGATIONAL).text == (
        "The notice period is a month. [1]\n\n[Notice](https://docs.example/notice) [1]"
    )


def test_a_table_row_reads_as_column_and_cell() -> None:
    table = make_passage("| flag | meaning |\n|---|---|\n| durable | survives a restart |")

    assert answer("Which flag survives a restart?", table).text == (
        "- flag: durable; meaning: survives a restart [1]"
    )


def test_a_row_of_several_lines_reads_as_one() -> None:
    border = "+---------+----------+"
    head = "| flag    | meaning  |\n|=========|==========|"
    row = "| durable | survives |\n|         | restarts |"
    table = make_passage(f"{border}\n{head}\n{row}\n{border}")

    assert answer("Which flag survives restarts?", table).text == (
        "- flag: durable; meaning: survives restarts [1]"
    )


def test_an_announced_list_comes_with_its_announcement() -> None:
    text = "The broker keeps these files:\n\n- the log\n- the schema\n\nCats sleep."

    assert answer("Which files does the broker keep?", make_passage(text)).text == (
        "The broker keeps these files:\n\n- the log [1]\n- the schema [1]"
    )


def test_the_same_sentence_is_given_once() -> None:
    again = make_passage(QUEUES.text, chunk="c2")

    assert answer("What survives a restart?", QUEUES, again).text.count("survives") == 1


def test_markers_number_the_passages_in_order_of_use() -> None:
    other = make_passage("Cats sleep on warm brokers.", chunk="c0")
    draft = answer("What survives a restart?", other, QUEUES)

    assert "[1]" in draft.text
    assert draft.context[0].passage is QUEUES


def test_links_tags_and_footnote_marks_are_left_out_but_code_is_not() -> None:
    source = "The [broker](./b.md)[3] <b>restarts</b> with `a[3]` <!-- x -->now {#anchor}."
    text = answer("Does the broker restart?", make_passage(source)).text

    assert text.startswith("The broker restarts with `a[3]`")
    assert text.endswith("[1]")


def test_an_answer_keeps_to_its_length() -> None:
    draft = answer("How do I upgrade a node?", STEPS, intent=Intent.PROCEDURAL, max_tokens=12)

    assert count_words(draft.text) <= 12
    assert draft.text.startswith("To upgrade a node")


def test_where_no_word_is_shared_the_best_passage_begins_the_answer() -> None:
    assert answer("Überlebt eine Warteschlange?", QUEUES).text == "RabbitMQ is a broker. [1]"


PIECES = st.lists(
    st.sampled_from(
        [
            "A durable queue survives.",
            "It lasts.",
            "Not every queue [4] does:",
            "Is a queue durable?",
            "ein `queue[2]` Wert",
            "- the queue log",
            "1. Declare a queue.",
            "2. Use it.",
            "```\nqueue()\n```",
            "| queue | x |\n|---|---|\n| durable | y |",
            "# Queue",
            "",
        ]
    ),
    min_size=1,
    max_size=12,
).map("\n".join)


@given(st.lists(PIECES, min_size=1, max_size=3), st.sampled_from(list(Intent)), st.integers(0, 999))
async def test_every_quote_is_the_source_at_its_range(
    texts: list[str], intent: Intent, offset: int
) -> None:
    passages = [make_passage(text, chunk=f"c{n}", start=offset) for n, text in enumerate(texts)]
    sources = {p.document_id: " " * offset + p.text for p in passages}
    draft = answer("Is the queue durable?", *passages, intent=intent)

    checked = await Validator(min_support=0.6).check(draft.text, draft.context)

    for citation in checked.citations:
        assert sources[citation.document_id][citation.start : citation.end] == citation.quote
        assert citation.quote
    for claim in checked.validation.claims:
        assert draft.text[claim.start : claim.end] == claim.text


def test_code_is_cited_where_it_is_announced() -> None:
    passage = make_passage("Stop the broker node like this:\n\n```\nbrokerctl stop\n```\n")
    result = answer("How do I stop the broker node?", passage)
    assert result.text == "Stop the broker node like this [1]:\n\n```\nbrokerctl stop\n```"


def test_code_that_nothing_announces_is_cited_by_its_place() -> None:
    passage = make_passage("Cats sleep all day.\n\n```\nbrokerctl stop node\n```\n")
    result = answer("How do I stop a node with brokerctl?", passage)
    assert "[1]" in result.text


def test_steps_that_go_on_in_the_next_chunk_are_given_to_the_end_with_their_numbers() -> None:
    first = make_passage(
        "To upgrade a node:\n\n1. Drain the node.\n2. Stop it.", chunk="a", document_id="d"
    )
    rest = make_passage(
        "3. Install the version.\n4. Start it.\n\nCats sleep.",
        chunk="b",
        document_id="d",
        ordinal=1,
        score=0.5,
    )

    assert answer("How do I upgrade a node?", first, rest, intent=Intent.PROCEDURAL).text == (
        "To upgrade a node:\n\n1. Drain the node. [1]\n2. Stop it. [1]\n\n"
        "3. Install the version. [2]\n4. Start it. [2]"
    )


def test_a_list_of_steps_without_its_beginning_is_no_procedure() -> None:
    tail = make_passage("3. Upgrade the node.\n4. Start the node.", chunk="a")
    told = make_passage("To upgrade the node, run upgrade-node.", chunk="b")

    result = answer("How do I upgrade the node?", tail, told, intent=Intent.PROCEDURAL)

    assert result.text.startswith("To upgrade the node, run upgrade-node. [1]")


def test_the_section_called_what_is_asked_goes_before_a_mention() -> None:
    mention = make_passage("Resetting a node is like a restart of the node.", chunk="a")
    section = make_passage(
        "Run brokerctl reset on the node.", chunk="b", title="Clustering", score=0.9
    ).model_copy(update={"heading_path": ("How to Reset a Node",)})

    assert answer("How do I reset a node?", mention, section).text.startswith(
        "Run brokerctl reset on the node. [1]"
    )


def test_the_line_that_announces_a_command_is_found_by_the_command() -> None:
    passage = make_passage(
        "Plugins are enabled or not. That is done with a tool:\n\n"
        "```\nbroker-plugins enable management_plugin\n```\n"
    )

    text = answer("How do I enable the management plugin?", passage, intent=Intent.PROCEDURAL).text

    assert "That is done with a tool [1]:\n\n```\nbroker-plugins enable" in text


def test_a_page_without_an_address_is_named_by_its_id_and_ends_no_sentence() -> None:
    page = make_passage(
        "A quorum is a majority of members.",
        title='Say "Quorum!"',
        document_id="quorum.md",
        chunk="q",
    ).model_copy(update={"heading_path": ("What is a Quorum?",)})

    assert answer("page on quorum", page, intent=Intent.NAVIGATIONAL).text == (
        'Say "Quorum" (`quorum.md`) [1]\n\nA quorum is a majority of members. [1]'
    )


def test_a_link_names_the_section_only_where_the_question_asks_for_it() -> None:
    page = make_passage(
        "Limits are set by policies.", title="Queues", document_id="7.queues.md", chunk="q"
    ).model_copy(update={"heading_path": ("Length Limits?",)})

    asked_for = answer("page on queue length limits", page, intent=Intent.NAVIGATIONAL).text
    passed_by = answer("page on queues", page, intent=Intent.NAVIGATIONAL).text

    assert asked_for.startswith("Queues (`7.queues.md`) — Length Limits [1]\n")
    assert passed_by.startswith("Queues (`7.queues.md`) [1]\n")


def test_one_step_out_of_a_list_has_no_number() -> None:
    steps = make_passage(
        "1. Stop.\n2. Enable the management plugin with a tool.\n3. Start.", title="Khepri"
    )

    assert answer("Enable the management plugin", steps).text == (
        "- Enable the management plugin with a tool. [1]"
    )


def test_images_and_announcements_of_nothing_are_not_quoted() -> None:
    passage = make_passage(
        "![The broker restarts](a.png)\n\nBrokers restart in a minute.\n\n"
        "Here is how the broker restarts:"
    )

    assert answer("How does the broker restart?", passage).text == (
        "Brokers restart in a minute. [1]"
    )


def test_a_passage_that_begins_inside_code_gives_no_half_code_for_prose() -> None:
    cut = make_passage("  quorum: 3\n}\n```\n\nA quorum is a majority.", chunk="a")

    assert answer("What is a quorum?", cut).text == "A quorum is a majority. [1]"


def test_a_sentence_that_was_cut_off_at_the_chunk_s_beginning_stands_back() -> None:
    passage = make_passage("the broker restarts quickly. The broker restarts after a minute.")

    [selection] = best_units(rank("When does the broker restart?", [passage]), most=1, floor=0.5)

    assert [r.text for r in selection.units] == ["The broker restarts after a minute."]


def test_entities_read_as_characters_and_placeholders_stay() -> None:
    passage = make_passage("Removed&nbsp;in brokers: run `stop` with &lt;name&gt; set.")

    assert answer("What is removed in brokers?", passage).text == (
        "Removed in brokers: run `stop` with <name> set. [1]"
    )


def test_a_question_of_the_page_is_answered_by_what_follows_it() -> None:
    page = make_passage(
        "Can I cancel my subscription at any time?\n\n"
        "Yes, until 24 hours before the next renewal, under Account and Billing.\n\n"
        "Which cards are accepted?\n\nVisa and Mastercard, but no prepaid cards."
    )

    assert answer("Can I cancel my subscription at any time?", page).text == (
        "Can I cancel my subscription at any time? [1]\n\n"
        "Yes, until 24 hours before the next renewal, under Account and Billing. [1]"
    ).replace("\n\n", " ")


def test_lines_that_go_on_with_a_sentence_are_quoted_with_it() -> None:
    hours = make_passage(
        "The shop is open Monday to Friday until 18:00\nSaturday until 14:00\nSunday closed.\n\n"
        "The depot is in room 4."
    )

    assert (
        "Saturday until 14:00 [1]" in answer("Until when is the shop open on Saturday?", hours).text
    )


def test_a_command_in_a_list_item_keeps_its_lines() -> None:
    page = make_passage(
        "- Stop the daemon to reset the cache:\n\n"
        "  ```bash\n  # stop it\n  sprocket stop\n  sprocket cache reset --force\n  ```\n\n"
        "- Then start it again."
    )

    assert answer("How do I reset the cache?", page).text.startswith(
        "- Stop the daemon to reset the cache: [1]\n"
        "   ```bash\n   # stop it\n   sprocket stop\n   sprocket cache reset --force\n   ```"
    )


def test_an_answer_does_not_begin_with_what_leads_over_from_another_sentence() -> None:
    passage = make_passage(
        "Take the package from the distribution. However, the versions of the packages are old."
    )

    assert answer("Which versions have the packages?", passage).text == (
        "The versions of the packages are old. [1]"
    )


def test_what_leads_over_from_a_sentence_that_is_quoted_stays() -> None:
    passage = make_passage(
        "The distribution includes packages of the broker. However, these packages are old."
    )

    assert answer("Which packages of the broker are old?", passage).text == (
        "The distribution includes packages of the broker. [1] However, these packages are old. [1]"
    )


def test_a_sentence_whose_subject_is_not_there_stands_back() -> None:
    dangling = make_passage("It is enabled by the flag of the broker.", chunk="c1")
    whole = make_passage("The plugin is enabled by the broker's new flag.", chunk="c2")

    text = answer("By which flag of the broker is it enabled?", dangling, whole).text

    assert text.startswith("The plugin is enabled")


def test_a_page_that_only_points_to_another_stands_back() -> None:
    pointer = make_passage("How clients connect to nodes is covered in another guide.", chunk="c1")
    told = make_passage("Clients connect to nodes by their host names.", chunk="c2")

    assert answer("How do clients connect to nodes?", pointer, told).text == (
        "Clients connect to nodes by their host names. [1]"
    )


def test_a_line_of_contents_answers_nothing() -> None:
    passage = make_passage(
        "- How clients are blocked\n- How nodes restart\n\n"
        "A short memory makes a node block clients."
    )

    assert answer("How are clients blocked?", passage).text == (
        "A short memory makes a node block clients. [1]"
    )


def test_a_second_sentence_in_no_other_words_of_the_question_is_left_out() -> None:
    passage = make_passage(
        "A shovel moves messages to another broker, and waits if that is away. Each shovel has a "
        "name in the configuration of its virtual host, which the operator may choose at will.",
        title="Shovels",
    )

    assert answer("What does a shovel move?", passage).text == (
        "A shovel moves messages to another broker, and waits if that is away. [1]"
    )


def test_brackets_have_partners() -> None:
    passage = make_passage(
        "See the default location). A durable queue (and its messages survive it."
    )

    assert (
        "queue and its messages survive"
        in answer("What does a durable queue survive?", passage).text
    )


def test_a_link_on_code_reads_as_the_code() -> None:
    passage = make_passage("Queues are listed by [`list_queues [--all]`](https://x.example/a(b)).")

    assert answer("What lists queues?", passage).text == (
        "Queues are listed by `list_queues [--all]`. [1]"
    )


def test_a_sentence_that_goes_on_with_the_subject_stays() -> None:
    passage = make_passage(
        "The Basic plan costs 5 EUR a month. It includes 10 GB of storage and support by mail.",
        title="Basic plan",
    )

    assert answer("Basic plan", passage).text == (
        "The Basic plan costs 5 EUR a month. [1] "
        "It includes 10 GB of storage and support by mail. [1]"
    )


def test_of_two_sentences_that_answer_the_much_shorter_one_is_given() -> None:
    short = make_passage("PDF files are summarised by the upload page.", chunk="short")
    listed = make_passage(
        "PDF files are summarised by the upload page and "
        + "by much else that is listed here, " * 9,
        chunk="long",
    )

    assert answer("By what are PDF files summarised?", listed, short).text == (
        "PDF files are summarised by the upload page. [1]"
    )
