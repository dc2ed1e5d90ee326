"""The default intent model: multinomial logistic regression on hashed features, numpy only.

Trained by `training/train.py`; the weights ship as package data and already contain the
temperature that calibrates them (Guo et al., "On Calibration of Modern Neural Networks", 2017).
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ragline.contracts.plan import Intent
from ragline.errors import Misconfigured
from ragline_classifier import features
from ragline_classifier.intent import Prediction

# Weight of a prediction, against the uniform distribution, if no word of the question is known: the
# intent stays, but its confidence falls below any sensible threshold
_UNSPOKEN = 0.25
# Asks how to do something, in scripts of which the lexicon has no word
_HOW = re.compile("怎么|怎麼|怎样|怎樣|如何|どうやって|どのように|어떻게|อย่างไร")
PACKAGED = Path(__file__).with_name("intent_model.npz")


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearIntentModel:
    """Weights of shape (intents, `features.DIMENSIONS`), bias (intents,), and the lexicon."""

    intents: tuple[Intent, ...]
    lexicon: frozenset[str]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    async def classify(self, text: str, *, timeout: float) -> Prediction:
        """Classify `text`; takes well under a millisecond, so `timeout` is not used."""
        return self.predict(text)

    def predict(self, text: str) -> Prediction:
        """Return the most likely intent of `text`."""
        found = features.extract(text, self.lexicon)
        active = found.active
        # scaled to unit length, so that confidence does not grow with the length of the text
        logits = self.weights[:, active].sum(axis=1) / np.sqrt(max(len(active), 1)) + self.bias
        shares = np.exp(logits - logits.max())
        shares /= shares.sum()
        if not found.spoken:
            if _HOW.search(text):
                shares = np.array([float(each is Intent.PROCEDURAL) for each in self.intents])
            shares = _UNSPOKEN * shares + (1 - _UNSPOKEN) / len(shares)
        probabilities = dict(zip(self.intents, map(float, shares), strict=True))
        intent = max(probabilities, key=probabilities.__getitem__)
        return Prediction(
            intent=intent, confidence=probabilities[intent], probabilities=probabilities
        )


def load(path: Path = PACKAGED) -> LinearIntentModel:
    """Read a model written by the training script.

    Raises:
        Misconfigured: the file is missing, not a model, or made for other features.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
            model = LinearIntentModel(
                intents=tuple(Intent(name) for name in data["intents"].tolist()),
                lexicon=frozenset(data["lexicon"].tolist()),
                weights=data["weights"].astype(np.float32),
                bias=data["bias"].astype(np.float32),
            )
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise Misconfigured(
            f"{path} is no intent model ({error}); reinstall the package"
        ) from error
    shape = (len(model.intents), features.DIMENSIONS)
    if model.weights.shape != shape or set(model.intents) != set(Intent):
        raise Misconfigured(f"{path} has weights of another shape than {shape}; train it again")
    return model
