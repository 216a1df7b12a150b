"""What a small fit does not do, counted in calls; and that whoever does it would find the same."""

import inspect
from numbers import Integral

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import BaseEstimator, clone
from sklearn.utils._param_validation import Interval

from sknormreg import (
    ElasticNet,
    ElasticNetClassifier,
    Lasso,
    LassoClassifier,
    LassoCV,
    Ridge,
    RidgeClassifier,
    penalties,
)
from sknormreg.design import DenseDesign
from sknormreg.linear_model import _parameters, _read
from sknormreg.penalties import Coordinates

REGRESSORS = [Lasso(0.1), ElasticNet(0.1), Ridge()]
CLASSIFIERS = [LassoClassifier(), ElasticNetClassifier(), RidgeClassifier()]

rng = np.random.default_rng(0)
X = rng.normal(size=(40, 4))
y = X @ [1.0, -2.0, 0.0, 0.5] + rng.normal(size=40)
labels = np.arange(40) % 2


def target(estimator):
    return labels if any(type(estimator) is type(c) for c in CLASSIFIERS) else y


def counted(monkeypatch, owner, name):
    """Calls of a function from here on, as a list that grows."""
    calls, plain = [], getattr(owner, name)
    monkeypatch.setattr(owner, name, lambda *args, **kwargs: calls.append(1) or plain(*args, **kwargs))
    return calls


@pytest.mark.parametrize("estimator", REGRESSORS + CLASSIFIERS)
def test_plain_arrays_need_no_check_and_anything_else_one(estimator, monkeypatch):
    checks = counted(monkeypatch, _read, "validate_data")
    plain = clone(estimator).fit(X, target(estimator))
    assert not checks
    listed = clone(estimator).fit(X.tolist(), target(estimator).tolist())
    assert len(checks) == 1
    np.testing.assert_array_equal(plain.coef_, listed.coef_)
    np.testing.assert_array_equal(plain.predict(X), listed.predict(X))


def spoilt(value):
    found = X.copy()
    found[3, 1] = value
    return found


HUGE = np.full(40, 1e308)


@pytest.mark.parametrize(
    ("X", "y"),
    [
        (spoilt(np.nan), y),
        (spoilt(np.inf), y),
        (X, np.append(y[1:], np.nan)),
        (X, y[1:]),
        (X, y.astype(complex)),
        (X, np.append(y[1:].astype(object), None)),
        (X, y.astype(object)),
        (X.astype(complex), y),
        (X[:0], y[:0]),
        (X[:, :0], y),
        (X[0], y),
        (X[None], y),
        (X, y[:, None]),
        (X, y[:, None, None]),
        (X, None),
        (X.astype(">f8"), y),
        (X.astype(int), y),
        (X, HUGE),
        (np.full_like(X, 1e308), y),
        (X.astype(np.float32), y.astype(np.float16)),
        (X[:, ::-1], y[::-1]),
        (X, y > 0),
        (X, (y > 0).astype(np.uint8)),
    ],
)
@pytest.mark.parametrize("estimator", [Lasso(0.1), LassoClassifier(), RidgeClassifier()])
def test_a_glance_decides_nothing(estimator, X, y, monkeypatch):
    """What is told at a glance is what scikit-learn's checks tell, errors and warnings too."""
    assert outcome(estimator, X, y) == outcome(estimator, X, y, monkeypatch)


def outcome(estimator, X, y, monkeypatch=None):
    if monkeypatch is not None:
        monkeypatch.setattr(_read, "_is_plain", lambda X: False)
    try:
        model = clone(estimator).fit(X, y)
    except Exception as error:
        return type(error), str(error)
    return model.coef_.tolist(), model.coef_.dtype, model.n_features_in_


def test_names_of_columns_are_forgotten_with_the_data():
    pandas = pytest.importorskip("pandas")
    model = Lasso(0.1).fit(pandas.DataFrame(X, columns=list("abcd")), y)
    assert model.feature_names_in_.tolist() == list("abcd")
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        model.predict(X)
    model.fit(X, y)
    assert not hasattr(model, "feature_names_in_")
    with pytest.raises(ValueError, match="X has 3 features, but Lasso is expecting 4"):
        model.predict(X[:, :3])


@pytest.mark.parametrize("estimator", [*REGRESSORS, *CLASSIFIERS, LassoCV(cv=3)])
def test_a_constructor_is_read_once(estimator, monkeypatch):
    estimator.fit(X, target(estimator))
    names = BaseEstimator._get_param_names.__func__(type(estimator))
    read = counted(monkeypatch, inspect, "signature")
    made = counted(monkeypatch, _parameters, "make_constraint")
    estimator._validate_params()
    assert type(estimator)._get_param_names() == names
    assert list(clone(estimator).get_params()) == names
    assert not read
    assert not made


class Derived(Lasso):
    _parameter_constraints = {
        **Lasso._parameter_constraints,
        "level": [Interval(Integral, 0, 3, closed="both")],
    }

    def __init__(self, alpha=-1.0, level=9):
        super().__init__(alpha)
        self.level = level


def test_a_derived_class_has_parameters_of_its_own():
    assert Derived._get_param_names() == ["alpha", "level"]
    for invalid in (Derived(), Derived(alpha=1.0), Derived(alpha=True, level=-1)):
        with pytest.raises(ValueError, match=r"of Derived must be .* Got"):
            invalid.fit(X, y)
    assert Derived(alpha=1.0, level=2).fit(X, y).coef_.shape == (4,)


def test_a_constructor_that_was_replaced_is_read_again():
    class Late(Lasso):
        pass

    Late().fit(X, y)
    Late.__init__ = Derived.__init__
    assert Late._get_param_names() == ["alpha", "level"]


@pytest.mark.parametrize("estimator", [Lasso(), Lasso(0.1), ElasticNet(0.1)])
def test_a_small_fit_reads_the_rows_for_means_null_point_and_certificate(estimator, monkeypatch):
    passes = counted(monkeypatch, DenseDesign, "correlate")
    grams = counted(monkeypatch, DenseDesign, "gram")
    estimator.fit(X, y)
    assert len(passes) == 3
    assert len(grams) == 1
    assert estimator.dual_gap_ <= 1e-14 * y @ y


finite = st.floats(-1e3, 1e3)


@settings(deadline=None)
@given(
    st.lists(st.tuples(finite, finite, st.floats(1e-3, 1e3)), min_size=1, max_size=5),
    st.floats(1e-6, 1e6),
    st.floats(1e-6, 1.0 - 1e-6),
)
def test_plain_coordinates_have_the_dual_points_of_any(coordinates, alpha, l1_ratio):
    w, v, factor = np.array(coordinates).T
    plain, looked_at = Coordinates.uniform(w.size), Coordinates.uniform(w.size)
    plain.factor = looked_at.factor = factor
    looked_at.plain = False
    for penalty in (penalties.L1(alpha), penalties.ElasticNet(alpha, l1_ratio)):
        found = np.array(penalty.dual_candidates(w, v, plain))
        expected = np.array(penalty.dual_candidates(w, v, looked_at))
        size = penalty.value(w, plain) + np.abs(w) @ np.abs(v) + expected[:, 1].max()
        np.testing.assert_allclose(found[:, 0], expected[:, 0], rtol=1e-12)
        np.testing.assert_allclose(found[:, 1], expected[:, 1], rtol=1e-9, atol=1e-12 * size)


def test_uniform_coordinates_are_what_they_say():
    made = Coordinates.uniform(3)
    looked_at = Coordinates(made.factor, made.low, made.high)
    assert looked_at.plain
    assert looked_at.unbounded
    assert looked_at.with_free(2).unbounded
    assert made.with_free(2).unbounded
    assert not made.with_free(2).plain
