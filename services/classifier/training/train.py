"""Trains the packaged intent model: `python -m training.train`.

Needs scikit-learn, unlike the service. The result depends only on the examples and the seed.
Calibration and report use cross-validation by domain, so the figures are for unseen topics.
"""

# mypy: disable-error-code="import-untyped"
# scipy and scikit-learn ship no type hints; only this script uses them

from __future__ import annotations

import argparse
import logging
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from ragline_classifier import features, local_model
from ragline_classifier.word_classes import FUNCTION_WORDS
from training import corpus
from training.corpus import Example

log = logging.getLogger(__name__)

SEED = 20_240_601
INTENTS = ("factual", "navigational", "procedural", "troubleshooting")
# A word shows how something is asked, not its subject, if it occurs in this many domains
MIN_DOMAINS = 6
REGULARISATION = 4.0
FOLDS = 9
# Smaller weights change no decision and only take space
NEGLIGIBLE = 1e-3


def lexicon_of(examples: Sequence[Example]) -> frozenset[str]:
    """Return the function words and those that occur in at least `MIN_DOMAINS` domains."""
    domains: dict[str, set[str]] = defaultdict(set)
    for example in examples:
        for word in features.words(example.text):
            domains[word].add(example.domain)
    common = {w for w, d in domains.items() if w[0] != "<" and len(d) >= MIN_DOMAINS}
    return FUNCTION_WORDS | common


def matrix_of(examples: Sequence[Example], lexicon: frozenset[str]) -> csr_matrix:
    """Return unit-length rows of hashed features."""
    rows, columns, values = [], [], []
    for row, example in enumerate(examples):
        active = features.extract(example.text, lexicon).active
        rows += [row] * len(active)
        columns += active
        values += [len(active) ** -0.5] * len(active)
    return csr_matrix((values, (rows, columns)), shape=(len(examples), features.DIMENSIONS))


def fit(examples: Sequence[Example]) -> tuple[frozenset[str], LogisticRegression]:
    """Choose the lexicon and fit the weights."""
    lexicon = lexicon_of(examples)
    model = LogisticRegression(C=REGULARISATION, max_iter=500, class_weight="balanced")
    weights = [e.weight for e in examples]
    return lexicon, model.fit(
        matrix_of(examples, lexicon), [e.intent for e in examples], sample_weight=weights
    )


def unseen_logits(examples: Sequence[Example]) -> NDArray[np.float64]:
    """Return each example's logits from a model trained without its domain."""
    logits = np.zeros((len(examples), len(INTENTS)))
    folds = GroupKFold(FOLDS).split(examples, groups=[e.domain for e in examples])
    for train, test in folds:
        lexicon, model = fit([examples[i] for i in train])
        logits[test] = model.decision_function(matrix_of([examples[i] for i in test], lexicon))
    return logits


def log_loss(logits: NDArray[np.float64], truth: NDArray[np.intp]) -> float:
    """Return the mean negative log-likelihood of the true intents."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probabilities = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return float(-log_probabilities[np.arange(len(truth)), truth].mean())


def main() -> None:
    """Train, report on unseen domains, write the model."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--output", type=Path, default=local_model.PACKAGED)
    output = arguments.parse_args().output

    examples = corpus.load(Random(SEED))  # noqa: S311 - reproducible, not secret
    written = np.array([e.weight == corpus.WRITTEN_WEIGHT for e in examples])
    truth = np.array([INTENTS.index(e.intent) for e in examples])
    logits = unseen_logits(examples)
    correct = logits.argmax(axis=1) == truth
    # Patterns are easier than real questions, so only hand-written ones calibrate the confidence.
    # The
    # scale is at most 1: real questions differ more from the examples than the domains from each
    # other
    scale = minimize_scalar(
        lambda s: log_loss(logits[written] * s, truth[written]), bounds=(0.1, 1), method="bounded"
    ).x

    lexicon, model = fit(examples)
    weights = np.where(np.abs(model.coef_) < NEGLIGIBLE, 0, model.coef_) * scale
    with output.open("wb") as file:
        np.savez_compressed(
            file,
            intents=np.array(model.classes_),
            lexicon=np.array(sorted(lexicon)),
            weights=weights.astype(np.float16),
            bias=(model.intercept_ * scale).astype(np.float32),
        )
    log.info("%d examples, %d of them written", len(examples), written.sum())
    log.info("lexicon of %d words; calibration scale %.2f", len(lexicon), scale)
    log.info("right on unseen domains: patterns %.3f", correct[~written].mean())
    log.info("right on unseen domains: written %.3f", correct[written].mean())
    log.info("%s: %d bytes", output.name, output.stat().st_size)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    main()
