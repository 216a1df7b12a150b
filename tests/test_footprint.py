"""What a fit takes from its surroundings: memory, and nothing else."""

import os
import tracemalloc

import numpy as np
import pytest
from sklearn.base import is_classifier
from threadpoolctl import threadpool_info

from sknormreg import Lasso, LassoClassifier, Ridge, RidgeClassifier


@pytest.mark.parametrize(
    ("estimator", "n", "p"),
    [
        (Lasso(0.1), 10_000, 2_500),
        (Lasso(0.1), 50_000, 500),
        (Lasso(0.1), 500_000, 50),
        (Ridge(), 50_000, 500),
        (LassoClassifier(0.1), 50_000, 500),
    ],
    ids=repr,
)
def test_x_is_not_copied(estimator, n, p):
    X = np.random.default_rng(0).standard_normal((p, n)).T  # 200 MB, column-major
    y = X[:, :5].sum(axis=1) + np.sin(np.arange(n))
    y = y > 0 if is_classifier(estimator) else y
    tracemalloc.start()
    estimator.fit(X, y)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < X.nbytes / 4
    assert np.count_nonzero(estimator.coef_) >= 5


def test_no_global_state_changes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(50, 70)), rng.integers(0, 2, 50)

    def state():
        errors, seed = np.geterr(), np.random.get_state()[1].tolist()  # noqa: NPY002
        return errors, seed, threadpool_info(), dict(os.environ), os.listdir()

    before = state()
    for estimator in (Lasso(0.01), Ridge(), LassoClassifier(), RidgeClassifier()):
        estimator.fit(X, y).predict(X)
    assert state() == before
