"""What each search finds, in which order and with which score."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path

import pytest

from ragline.adapters.stores.opening import Store
from ragline.contracts.plan import SearchKind
from ragline.errors import FingerprintMismatch
from ragline.testing.store_contract.builders import StoreCase, document, embedding, scope

_UNSPACED = Path(__file__).with_name("unspaced.toml")


class SearchContract(StoreCase):
    """Order, limits, scores and words."""

    async def test_an_empty_store_finds_nothing(self, store: Store) -> None:
        assert await store.vector(embedding("x"), scope=scope(), limit=5) == []
        assert await store.keyword("x", scope=scope(), limit=5) == []
        assert await store.metadata(["x"], scope=scope(), limit=5) == []

    async def test_ping_returns_when_the_store_answers(self, store: Store) -> None:
        await store.ping()

    async def test_vector_search_orders_by_cosine_similarity(self, store: Store) -> None:
        stored = document(texts=[str(n) for n in range(20)])
        await store.upsert(stored)
        query = embedding("query")
        hits = await store.vector(query, scope=scope(), limit=5)
        cosines = {
            chunk.ordinal: math.fsum(a * b for a, b in zip(query, chunk.embedding, strict=True))
            for chunk in stored.chunks
        }
        best = sorted(cosines, key=lambda ordinal: -cosines[ordinal])[:5]
        assert [hit.ordinal for hit in hits] == best
        for hit in hits:
            assert hit.scores[SearchKind.VECTOR] == pytest.approx(cosines[hit.ordinal], abs=1e-5)

    async def test_a_vector_of_another_length_is_a_fingerprint_mismatch(self, store: Store) -> None:
        with pytest.raises(FingerprintMismatch, match="dimensions"):
            await store.vector([0.1, 0.2], scope=scope(), limit=5)

    async def test_keyword_search_finds_a_question_by_some_of_its_words(self, store: Store) -> None:
        await store.upsert(document("a", texts=["Quorum queues replicate messages with Raft."]))
        await store.upsert(document("b", texts=["Streams keep messages after they are read."]))
        hits = await store.keyword(
            "How are the messages in a quorum queue replicated?", scope=scope(), limit=5
        )
        assert [hit.document_id for hit in hits] == ["a", "b"]
        assert hits[0].scores[SearchKind.KEYWORD] > hits[1].scores[SearchKind.KEYWORD] > 0

    async def test_keyword_search_finds_identifiers_as_written(self, store: Store) -> None:
        await store.upsert(document("other", texts=["x dead letter v3 12 rabbitmq max err C lang"]))
        for term in ("x-dead-letter", "v3.12", "rabbitmq.conf", "max_length", "ERR_42", "C++"):
            await store.upsert(document(term, texts=[f"set {term}, then restart"]))
            hits = await store.keyword(term, scope=scope(), limit=5)
            assert hits[0].document_id == term

    async def test_title_and_headings_count_more_than_text(self, store: Store) -> None:
        await store.upsert(document("text", texts=["federation of brokers"]))
        await store.upsert(document("title", texts=["links of brokers"], title="Federation"))
        await store.upsert(document("head", texts=["nodes of brokers"], headings=("Federation",)))
        hits = await store.keyword("federation", scope=scope(), limit=5)
        assert [hit.document_id for hit in hits] == ["title", "head", "text"]

    async def test_a_text_is_as_long_as_all_of_its_words(self, store: Store) -> None:
        """Repeated words count for the length that BM25 divides by, as others do."""
        repeating, varied = "tail " * 60, " ".join(f"w{n}" for n in range(60))
        await store.upsert(document(texts=[f"apple {repeating}", f"apple {varied}"]))
        first, second = await store.keyword("apple", scope=scope(), limit=2)
        assert first.scores == pytest.approx(second.scores, rel=1e-3)

    async def test_keyword_search_without_words_finds_nothing(self, store: Store) -> None:
        await store.upsert(document())
        for text in ("", "  ", "?!", "👍", "to be or not to be"):
            assert await store.keyword(text, scope=scope(), limit=5) == []

    async def test_keyword_search_finds_text_written_without_spaces(self, store: Store) -> None:
        await store.upsert(document("ja", texts=["全文検索エンジンの設定"]))
        hits = await store.keyword("検索の設定", scope=scope(), limit=5)
        assert [hit.document_id for hit in hits] == ["ja"]

    @pytest.mark.parametrize(("language", "least"), [("zh", 29), ("ja", 27), ("th", 34)])
    async def test_a_question_without_spaces_finds_its_passage_first(
        self, store: Store, language: str, least: int
    ) -> None:
        """Of 36 questions of each language, as many as `least` find their passage before others."""
        asked = tomllib.loads(_UNSPACED.read_text("utf-8"))[language]
        await store.upsert(document(language, texts=list(asked.values())))
        found = 0
        for ordinal, question in enumerate(asked):
            hits = await store.keyword(question, scope=scope(), limit=1)
            found += bool(hits) and hits[0].ordinal == ordinal
        assert len(asked) == 36
        assert found >= least

    @pytest.mark.parametrize(
        ("stored", "asked"),
        [
            ("部品ＡＢ－１２３４の交換", "AB-1234の周期は？"),
            ("ｻｰﾊﾞｰの再起動", "サーバー"),
            ("Das Übergangsgeld", "U\u0308bergangsgeld"),
            ("U\u0308bergangsgeld", "Das Übergangsgeld"),
            ("der Fahr\u00adtkos\u00adtenz\u00adusch\u00aduss", "Fahrtkostenzuschuss"),
            ("the oﬃce\u200b\u00a0key", "office"),
            ("a\u202bb\u202c name", "ab"),
        ],
    )
    async def test_keyword_and_metadata_search_find_each_spelling_of_a_character(
        self, store: Store, stored: str, asked: str
    ) -> None:
        await store.upsert(document("spelled", texts=[stored], title=stored))
        await store.upsert(document("other", texts=["else"], title="else"))
        hits = await store.keyword(asked, scope=scope(), limit=5)
        assert [(hit.document_id, hit.title) for hit in hits] == [("spelled", stored)]
        assert stored in hits[0].text
        name = asked.rsplit(maxsplit=1)[-1].partition("の")[0]
        hits = await store.metadata([name], scope=scope(), limit=5)
        assert [hit.document_id for hit in hits] == ["spelled"]

    async def test_metadata_search_scores_the_share_of_terms_found(self, store: Store) -> None:
        await store.upsert(document("ops/limits.md", title="Memory limits", tags=("v3.12",)))
        await store.upsert(document("b", headings=("Limits", "Disk alarm"), texts=["x"]))
        await store.upsert(document("c", url="https://docs.test/disk-alarm.html", texts=["x"]))
        terms = ["LIMITS", "v3.12", "disk alarm", "nothing"]
        hits = await store.metadata(terms, scope=scope(), limit=10)
        shares = {hit.document_id: hit.scores[SearchKind.METADATA] for hit in hits}
        assert shares == {
            "ops/limits.md": pytest.approx(0.5),
            "b": pytest.approx(0.5),
            "c": pytest.approx(0.25),
        }
        assert hits[-1].document_id == "c"

    async def test_metadata_terms_match_whole_words(self, store: Store) -> None:
        await store.upsert(document("doc", title="Limits in 3.12", texts=["x limit 3.1 v3 3.12.1"]))
        for term in ("3.1", "v3", "limit", "x", "3.12.1"):
            assert await store.metadata([term], scope=scope(), limit=5) == [], term

    async def test_metadata_search_ranks_more_found_terms_first_beyond_the_limit(
        self, store: Store
    ) -> None:
        for n in range(30):
            await store.upsert(document(f"d{n}", title="alpha", texts=["x"]))
        await store.upsert(document("both", title="alpha beta beta-blocker gamma", texts=["x"]))
        hits = await store.metadata(["alpha", "gamma"], scope=scope(), limit=3)
        assert hits[0].document_id == "both"
        assert len(hits) == 3

    async def test_metadata_search_without_words_finds_nothing(self, store: Store) -> None:
        await store.upsert(document())
        assert await store.metadata([], scope=scope(), limit=5) == []
        assert await store.metadata(["", "?!", "👍"], scope=scope(), limit=5) == []

    async def test_limits_hold(self, store: Store) -> None:
        await store.upsert(document(texts=[str(n) for n in range(10)], tags=("few",)))
        assert len(await store.vector(embedding("x"), scope=scope(), limit=3)) == 3
        assert len(await store.keyword("ubiquitous", scope=scope(), limit=3)) == 3
        assert len(await store.metadata(["few"], scope=scope(), limit=3)) == 3
