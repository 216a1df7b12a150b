"""No fit takes more than twice X, of a sparse X its non-zeros, and 256 MB besides.

Here with a quarter of the rows and columns that a 16th of the 256 MB is for: what goes with the square of a
side is as large beside its bound as it is there, and what goes with X is the same part of X.
"""

import tracemalloc

import numpy as np
import pytest
from scipy import sparse

from sknormreg import (
    ElasticNet,
    Lasso,
    LassoClassifier,
    LassoClassifierCV,
    LassoCV,
    PathSearchCV,
    Ridge,
    RidgeClassifier,
    RidgeCV,
    alpha_max,
    regularization_path,
)

BESIDES = (256 << 20) // 16
LOG = {"loss": "log_loss"}
GRID = np.geomspace(1e-2, 1e3, 20)


def dense(n, p, support=10, order="C", dtype=np.float64):
    """Neighbouring columns are correlated."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n, p))
    X[:, 1:] += 0.3 * X[:, :-1]
    return np.asarray(X, order=order, dtype=dtype), signal(X, support)


def text(n=2000, p=6000, length=30):
    """Counts of words whose frequencies fall as those of a language do."""
    rng = np.random.default_rng(0)
    often = 1.0 / (np.arange(p) + 5.0)
    words = rng.choice(p, size=n * length, p=often / often.sum())
    X = sparse.csc_array((np.ones(n * length), (np.repeat(np.arange(n), length), words)), shape=(n, p))
    X.sum_duplicates()
    X = X[:, np.flatnonzero(np.diff(X.indptr) > 1)]
    return X, signal(X, 50)


def levels(n=20_000, counts=(300, 400, 300)):
    """One column for each value of three features."""
    rng = np.random.default_rng(0)
    starts = np.cumsum((0, *counts[:-1]))
    places = np.concatenate(
        [rng.integers(0, count, n) + first for count, first in zip(counts, starts, strict=True)]
    )
    rows = np.tile(np.arange(n), len(counts))
    X = sparse.csc_array((np.ones(places.size), (rows, places)), shape=(n, sum(counts)))
    return X, signal(X, sum(counts))


def signal(X, support):
    rng = np.random.default_rng(1)
    coef = np.zeros(X.shape[1])
    coef[rng.permutation(X.shape[1])[:support]] = rng.standard_normal(support)
    z = X @ coef
    return z + 0.3 * z.std() * rng.standard_normal(z.size)


DENSE = ("tall", "tall, columns", "tall, single", "wide", "wide, columns", "wide, single")
DATA = {
    "tall": lambda: dense(8000, 250),
    "tall, columns": lambda: dense(8000, 250, order="F"),
    "tall, single": lambda: dense(8000, 250, dtype=np.float32),
    "wide": lambda: dense(300, 4000),
    "wide, columns": lambda: dense(300, 4000, order="F"),
    "wide, single": lambda: dense(300, 4000, dtype=np.float32),
    "wide, many": lambda: dense(300, 4000, support=200),
    "square": lambda: dense(800, 800, support=400),
    "ten classes": lambda: dense(2500, 120),
    "text": text,
    "levels": levels,
}


class Path:
    """A regularization path, fitted as an estimator is."""

    def __init__(self, estimator, n_alphas):
        self.estimator, self.n_alphas = estimator, n_alphas

    def __repr__(self):
        return f"path of {self.estimator!r}"

    def fit(self, X, y):
        regularization_path(self.estimator, X, y, alphas=self.n_alphas, eps=0.05)


def strong(share, kind):
    """At a share of the alpha from which on nothing is left."""
    return kind(), lambda X, y: kind(alpha=share * alpha_max(kind(), X, y))


def made(estimator):
    return estimator, lambda X, y: estimator


def searched():
    grid = np.geomspace(1.0, 0.05, 10)
    return PathSearchCV(Lasso(), {}), lambda X, y: PathSearchCV(
        Lasso(), {"alpha": grid * alpha_max(Lasso(), X, y)}
    )


def cases(table):
    return [
        pytest.param(data, shown, make, id=f"{data}, {shown!r:.30}")
        for names, (shown, make) in table
        for data in names
    ]


WITHIN = [
    ((*DENSE, "wide, many", "text"), strong(0.1, Lasso)),
    (("wide, many", "square", "text"), strong(1 / 300, Lasso)),
    (("levels",), strong(1 / 30, Lasso)),
    (("wide",), made(ElasticNet(0.1, l1_ratio=0.0))),
    (("tall", "wide", "text"), strong(0.1, LassoClassifier)),
    (("text",), strong(1 / 300, LassoClassifier)),
    (("tall", "tall, single", "wide", "wide, single", "square"), made(Ridge())),
    (("tall",), made(Ridge(0.0))),
    (("tall", "wide", "levels", "ten classes"), made(RidgeClassifier(**LOG))),
    (("tall", "wide"), made(RidgeCV(alphas=GRID))),
    (("tall",), made(RidgeCV(alphas=GRID, cv=5))),
    (("tall", "wide", "text"), made(Path(Lasso(), 20))),
    (("tall",), made(Path(LassoClassifier(), 5))),
    (("tall", "wide", "text"), made(LassoCV(alphas=10, eps=0.1))),
    (("tall",), made(LassoClassifierCV(alphas=5, eps=0.1, cv=3))),
    (("tall", "wide"), searched()),
]


def excess(shown, make, data):
    """Bytes beyond twice X that a fit has at any time."""
    X, y = DATA[data]()
    if "Classifier" in repr(shown):
        y = np.digitize(y, np.quantile(y, [0.5] if data != "ten classes" else np.arange(0.1, 1.0, 0.1)))
    estimator = make(X, y)
    parts = [X] if isinstance(X, np.ndarray) else [X.data, X.indices, X.indptr]
    tracemalloc.start()
    try:
        estimator.fit(X, y)
        return tracemalloc.get_traced_memory()[1] - 2 * sum(part.nbytes for part in parts)
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("data", "shown", "make"), cases(WITHIN))
def test_no_more_than_twice_x_and_a_constant(data, shown, make):
    assert excess(shown, make, data) <= BESIDES
