"""The language of a text: by its script where one language alone uses it, else by the model."""

from __future__ import annotations

import unicodedata

import pytest

from ragline.language import detect


def detected(text: str) -> str | None:
    return detect(text, least_letters=10, least_probability=0.8)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("员工有几天年假？", "zh"),
        ("病假怎么请假呢？", "zh"),
        ("員工每年有多少天年假", "zh"),
        ("VPN 客户端从哪里下载？", "zh"),
        ("在 Kubernetes 集群中如何配置 RabbitMQ 的持久化？", "zh"),
        ("会議室の予約方法", "ja"),
        ("ｻｰﾊﾞｰの再起動", "ja"),
        ("有給休暇は何日ですか", "ja"),
        ("ลาป่วยกี่วัน", "th"),
        ("ທ່ານສະບາຍດີບໍ", "lo"),
        ("តើថ្ងៃឈប់សម្រាក", "km"),
        ("ခွင့်ရက်ဘယ်နှစ်ရက်လဲ", "my"),
        ("연차 휴가는 며칠", "ko"),
        (unicodedata.normalize("NFD", "연차 휴가는 며칠"), "ko"),
    ],
)
def test_few_characters_of_a_script_of_one_language_are_enough(text: str, language: str) -> None:
    assert detected(text) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("How many days of 病假 are there in a year?", "en"),
        ("Wie hoch ist das U\u0308bergangsgeld fu\u0308r die Außendienstkra\u0308fte?", "de"),
        ("Wie hoch ist der Fahr\u00adtkos\u00adten\u00adzu\u00adschuss im Monat?", "de"),
        ("年假几天", None),
        ("AB-1234", None),
    ],
)
def test_other_texts_are_read_by_the_model(text: str, language: str | None) -> None:
    assert detected(text) == language


def test_a_script_gives_no_language_that_is_not_among_those_asked_for() -> None:
    assert detect("ທ່ານສະບາຍດີບໍ", least_letters=10, least_probability=0.8, among={"en", "zh"}) != "lo"
