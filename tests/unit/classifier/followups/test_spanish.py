from __future__ import annotations

import pytest
from tests.unit.classifier.followups.conversation import last_of

FEE = "¿Cómo pago la multa de tráfico?"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ((FEE, "¿Puedo recurrirla?"), "¿Puedo recurrirla (multa de tráfico)?"),
        ((FEE, "¿Dónde la pago?"), "¿Dónde la pago (multa de tráfico)?"),
        ((FEE, "¿Cuánto cuesta?"), "¿Cuánto cuesta (multa de tráfico)?"),
        ((FEE, "¿Y en un banco?"), "¿Cómo pago la multa de tráfico en un banco?"),
        ((FEE, "¿Y el impuesto?"), "¿Cómo pago el impuesto?"),
        ((FEE, "¿Y la del aparcamiento?"), "¿Cómo pago multa del aparcamiento?"),
        ((FEE, "No, me refiero a la tasa."), "¿Cómo pago la tasa?"),
        ((FEE, "¿Por qué?"), f"{FEE} ¿Por qué?"),
        (
            (FEE, "¿Qué necesito para eso?"),
            "¿Qué necesito para eso (pago la multa de tráfico)?",
        ),
    ],
)
def test_a_follow_up_is_completed(asked: tuple[str, ...], expected: str) -> None:
    assert last_of(*asked) == expected


def test_one_of_a_pair() -> None:
    asked = ("¿Qué diferencia hay entre el bono Día y el bono Mes?", "¿Cuánto cuesta el segundo?")
    assert last_of(*asked) == "¿Cuánto cuesta bono Mes?"
    assert last_of(*asked, "no, el otro") == "¿Cuánto cuesta bono Día?"


@pytest.mark.parametrize(
    "text",
    [
        "¿Dónde está la estación?",
        "¿Por qué la luz parpadea?",
        "¿Hay una charla mañana?",
        "Por cierto, ¿dónde la compro?",
        "¿Cómo estás?",
        "¿Por eso cierra la oficina?",
    ],
)
def test_a_question_of_its_own_is_left_alone(text: str) -> None:
    assert last_of(FEE, text) == text
