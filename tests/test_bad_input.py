"""Bad input raises at `fit`, in scikit-learn's kind of words, and nothing of the caller's is changed."""

import pickle
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone, is_classifier
from sklearn.exceptions import NotFittedError

from sknormreg import (
    CoefficientPruner,
    ElasticNet,
    ElasticNetClassifier,
    ElasticNetCV,
    Lasso,
    LassoClassifier,
    LassoClassifierCV,
    LassoCV,
    MagnitudePrunedClassifier,
    MagnitudePrunedRegressor,
    PathSearchCV,
    PrunedEstimator,
    Ridge,
    RidgeClassifier,
    RidgeClassifierCV,
    RidgeCV,
    StabilitySelection,
)
from sknormreg.problem import Problems

SQUARES = [Lasso(), ElasticNet()]
REGRESSORS = [*SQUARES, Ridge()]
NETS = [LassoClassifier(), ElasticNetClassifier(), LassoClassifier(loss="squared_hinge")]
RIDGE_CLASSIFIERS = [RidgeClassifier(), RidgeClassifier(loss="log_loss")]
LOGISTIC = [*NETS, RidgeClassifier(loss="log_loss")]
CLASSIFIERS = [*NETS, *RIDGE_CLASSIFIERS]
RIDGES = [Ridge(), *RIDGE_CLASSIFIERS]
ALL = [*REGRESSORS, *CLASSIFIERS]

rng = np.random.default_rng(0)
X = rng.normal(size=(20, 3))
y = np.arange(20) % 2  # good for regression and for classification
ones = np.ones(20)


def broken(array, value, where=(4, 1)):
    array = np.array(array, dtype=float)
    array[where[: array.ndim]] = value
    return array


def within(words):
    """A pattern that asks for all of these, in any order."""
    return "".join(f"(?=[\\s\\S]*(?:{word}))" for word in words)


class Case(NamedTuple):
    estimators: list
    words: tuple  # the message holds them all
    data: dict = {}
    params: dict = {}
    error: type = ValueError


DATA = {
    "NaN in X": Case(ALL, ("Input X contains NaN",), {"X": broken(X, np.nan)}),
    "NaN in sparse X": Case(ALL, ("Input X contains NaN",), {"X": sparse.csr_array(broken(X, np.nan))}),
    "infinity in X": Case(ALL, ("Input X contains infinity",), {"X": broken(X, np.inf)}),
    "no rows": Case(ALL, ("0 sample", "minimum of 1"), {"X": X[:0], "y": y[:0]}),
    "no columns": Case(ALL, ("0 feature", "minimum of 1"), {"X": X[:, :0]}),
    "1-D X": Case(ALL, ("Expected 2D array, got 1D array",), {"X": X[:, 0]}),
    "3-D X": Case(ALL, ("dim 3",), {"X": X[:, :, None]}),
    "words in X": Case(ALL, ("could not convert string to float",), {"X": np.full((20, 3), "a")}),
    "complex X": Case(ALL, ("Complex data not supported",), {"X": X * 1j}),
    "X too large": Case([*SQUARES, *LOGISTIC], ("overflow", "scale them down"), {"X": 1e307 * X}),
    "fewer targets than rows": Case(ALL, ("inconsistent numbers of samples",), {"y": y[:-1]}),
    "no target": Case(ALL, ("requires y to be passed",), {"y": None}),
    "NaN in y": Case(ALL, ("[yY] contains NaN",), {"y": broken(y, np.nan)}),
    "infinity in y": Case(ALL, ("[yY] contains infinity",), {"y": broken(y, np.inf)}),
    "3-D y": Case(REGRESSORS, ("dim 3",), {"y": np.zeros((20, 2, 2))}),
    "3-D labels": Case(CLASSIFIERS, ("dim 3|1d array",), {"y": np.zeros((20, 2, 2))}),
    "words in y": Case(REGRESSORS, ("could not convert string to float",), {"y": np.full(20, "a")}),
    "y too large": Case(REGRESSORS, ("overflow", "scale them down"), {"y": 1e307 * X[:, 0]}),
    "several columns of labels": Case(LOGISTIC, ("1d array",), {"y": np.column_stack([y, y])}),
    "continuous labels": Case(CLASSIFIERS, ("continuous",), {"y": X[:, 0]}),
    "one class": Case(CLASSIFIERS, ("1 class|one class", "7"), {"y": np.full(20, 7)}),
    "a class without weight": Case(
        CLASSIFIERS, ("weight", "zero", "'spam'"),
        {"y": np.array(["ham", "spam"])[y], "sample_weight": 1.0 - y},
    ),
    "weights all zero": Case(ALL, ("[sS]ample.weight", "zero"), {"sample_weight": 0 * ones}),
    "a negative weight": Case(
        ALL, ("sample_weight", "non-negative"), {"sample_weight": broken(ones, -1.0)}
    ),
    "NaN in weights": Case(ALL, ("sample_weight", "NaN"), {"sample_weight": broken(ones, np.nan)}),
    "an infinite weight": Case(ALL, ("sample_weight", "infinity"), {"sample_weight": broken(ones, np.inf)}),
    "fewer weights than rows": Case(ALL, (r"sample_weight.shape",), {"sample_weight": ones[:-1]}),
    "weights whose sum is too large": Case(
        [Ridge(), RidgeClassifier()], ("sum of sample_weight overflows",), {"sample_weight": 6e307 * ones}
    ),
    "2-D weights": Case(ALL, ("[sS]ample", "weight", "1D"), {"sample_weight": ones[:, None]}),
}  # fmt: skip


def parameter(name, estimators, values, *known):
    """Rows for values that break a parameter's constraint, whose message names it and what is known."""
    words = (f"The '{name}' parameter of", "must be", *known)
    return {f"{name}={value!r:.30}": Case(estimators, words, {}, {name: value}) for value in values}


NOT_FLAGS = ("yes", 2)
BEYOND = (10**310, np.longdouble("1e309"), Fraction(1, 3))  # what float64 does not hold, or NumPy
SOLVERS = ("auto", "svd", "cholesky", "lsqr", "sparse_cg", "sag", "saga", "lbfgs")
WRONG_LENGTH = np.ones(4)
TWO_TARGETS = {"y": np.column_stack([y, y])}
PARAMETERS = {
    **parameter("alpha", [*SQUARES, *NETS], (-1.0, np.nan, np.inf, "strong", None, [1.0], *BEYOND)),
    **parameter("alpha", RIDGES, (-1.0, np.nan, np.inf, "strong", None, *BEYOND)),
    "alphas of the wrong length": Case(RIDGES, ("alpha|penalties", "2"), {}, {"alpha": [1.0, 2.0]}),
    "alphas of the wrong length for two targets": Case(
        [Ridge()], ("penalties do not correspond", "3 != 2"), TWO_TARGETS, {"alpha": ones[:3]}
    ),
    **{
        f"{value!r:.30} among the alphas": Case(
            [Ridge()], ("alpha", "finite", "non-negative"), TWO_TARGETS, {"alpha": [1.0, value]}
        )
        for value in (-1.0, np.nan, np.inf, BEYOND[0])
    },
    **parameter(
        "l1_ratio", [ElasticNet(), ElasticNetClassifier()], (-0.1, 1.1, np.nan, "half", None, BEYOND[2])
    ),
    **parameter("tol", ALL, (-1.0, np.nan, "tight", *BEYOND)),
    **parameter("max_iter", ALL, (0, -1, 1.5, "many")),
    **parameter("fit_intercept", ALL, NOT_FLAGS),
    **parameter("positive", ALL, NOT_FLAGS),
    **parameter("random_state", ALL, ("chance",)),
    **parameter("warm_start", [*SQUARES, *NETS], NOT_FLAGS),
    **parameter("selection", SQUARES, ("greedy",), "cyclic", "random"),
    **parameter("precompute", SQUARES, ("auto",)),
    **parameter("copy_X", [*SQUARES, *RIDGES], NOT_FLAGS),
    **parameter("solver", RIDGES, ("magic",), *SOLVERS),
    **parameter("loss", NETS, ("hinge",), "log_loss", "squared_hinge"),
    **parameter("loss", RIDGE_CLASSIFIERS, ("hinge",), "log_loss", "squared"),
    **parameter("class_weight", CLASSIFIERS, ("fair", 2.0), "balanced"),
    "a class weight for no class": Case(
        CLASSIFIERS, ("class_weight", "do not occur", "'egg'", "ham", "spam"),
        {"y": np.array(["ham", "spam"])[y]}, {"class_weight": {"ham": 2.0, "egg": 1.0}},
    ),
    "a class of weight zero": Case(
        CLASSIFIERS, ("weight", "zero", "'spam'"),
        {"y": np.array(["ham", "spam"])[y]}, {"class_weight": {"spam": 0.0}},
    ),
    "a negative class weight": Case(
        CLASSIFIERS, ("class_weight", "non-negative"), {}, {"class_weight": {0: 1.0, 1: -1.0}}
    ),
    "a class weight of NaN": Case(
        CLASSIFIERS, ("class_weight",), {}, {"class_weight": {0: 1.0, 1: np.nan}}
    ),
    **{
        f"penalty_factor={value}": Case(ALL, ("penalty_factor", *words), {}, {"penalty_factor": value})
        for value, *words in [
            ([1.0, -1.0, 1.0], "non-negative"),
            ([1.0, np.nan, 1.0], "finite"),
            ([1.0, np.inf, 1.0], "finite"),
            (WRONG_LENGTH, r"\(3,\)", r"\(4,\)"),
            (np.ones((3, 1)), r"\(3,\)", r"\(3, 1\)"),
            (-1.0, "must be"),
            (np.nan, "must be|finite"),
            (np.inf, "must be|finite"),
            ("none", "must be"),
            (["one", "two", "three"], "must be numbers"),
            ({"age": 1.0}, "'age'", "X has none", "set_output"),
        ]
    },
    **{
        f"bounds={value}": Case(ALL, ("bounds", *words), {}, {"bounds": value})
        for value, *words in [
            ((1.0, 0.0), "feature 0", "low=1", "high=0"),
            ((0.0, [1.0, 1.0, -1.0]), "feature 2", "low=0", "high=-1"),
            ((np.nan, 1.0), "NaN"),
            ((0.0, [1.0, np.nan, 1.0]), "NaN"),
            ((np.inf, np.inf), "feature 0"),
            ((-np.inf, -np.inf), "feature 0"),
            ((WRONG_LENGTH, 2.0), r"\(3,\)", r"\(4,\)"),
            ((0.0, WRONG_LENGTH), r"\(3,\)", r"\(4,\)"),
            ((["one", 1.0, 1.0], 2.0), "must be numbers"),
            (({"age": 1.0}, None), "'age'", "X has none", "set_output"),
            ({"age": (1.0, None)}, "'age'", "X has none", "set_output"),
            ({"age": 1.0}, "'age'", "pair"),
            ((1.0,), "pair"),
            ((0.0, 1.0, 2.0), "pair"),
            (3.0, "must be"),
        ]
    },
    "bounds below zero, positive": Case(
        ALL, ("bounds", "feature 0", "high=-1", "positive"), {}, {"bounds": (-2.0, -1.0), "positive": True}
    ),
    "lbfgs for coefficients of any sign": Case(
        RIDGES[:2], ("lbfgs", "only when positive=True"), {}, {"solver": "lbfgs"}
    ),
    "cholesky for positive coefficients": Case(
        RIDGES[:2], ("cholesky", "does not support positive"), {}, {"solver": "cholesky", "positive": True}
    ),
    "SVD of sparse rows": Case(
        RIDGES[:2], ("does not support fitting the intercept on sparse data",),
        {"X": sparse.csr_array(X)}, {"solver": "svd"},
    ),
    "a Gram matrix of the wrong shape": Case(
        SQUARES, ("precompute", r"\(3, 3\)", r"\(4, 4\)"), {}, {"precompute": np.eye(4)}
    ),
    "a Gram matrix of other data": Case(
        SQUARES, ("Gram matrix", "did not pass validation"),
        {}, {"precompute": np.eye(3), "fit_intercept": False},
    ),
}  # fmt: skip


def rows(table):
    for name, case in table.items():
        for estimator in case.estimators:
            yield pytest.param(estimator, case, id=f"{name}-{estimator}")


@pytest.mark.parametrize(("estimator", "case"), [*rows(DATA), *rows(PARAMETERS)])
def test_raises(estimator, case):
    model = type(estimator)(**{**estimator.get_params(), **case.params})  # never in __init__
    data = {"X": X, "y": y, "sample_weight": None, **case.data}
    with pytest.raises(case.error, match=within(case.words)):
        model.fit(**data)


each_estimator = pytest.mark.parametrize("estimator", ALL, ids=repr)


@each_estimator
def test_prediction_is_checked_too(estimator):
    model = type(estimator)(**estimator.get_params())
    with pytest.raises(NotFittedError):
        model.predict(X)
    model.fit(X, y)
    with pytest.raises(ValueError, match=r"X has 2 features, but .* is expecting 3 features"):
        model.predict(X[:, :2])
    with pytest.raises(ValueError, match="NaN"):
        model.predict(broken(X, np.nan))


@pytest.mark.parametrize("method", ["predict_proba", "predict_log_proba"])
@pytest.mark.parametrize(
    "estimator",
    [
        RidgeClassifier(),
        LassoClassifier(loss="squared_hinge"),
        LassoClassifierCV(loss="squared_hinge"),
        RidgeClassifierCV(),
    ],
    ids=repr,
)
def test_probabilities_are_of_the_log_loss_only(estimator, method):
    assert not hasattr(estimator, method)
    reason = f"has no attribute '{method}': .* loss='log_loss'.* this one has loss='{estimator.loss}'"
    for model in (estimator, MagnitudePrunedClassifier(estimator), PrunedEstimator(estimator)):
        assert not hasattr(model, method)
        with pytest.raises(AttributeError, match=reason):
            getattr(model, method)
        assert callable(getattr(type(model), method))


STORAGE = {
    "C": np.ascontiguousarray,
    "F": np.asfortranarray,
    "csr": sparse.csr_array,
    "csc": sparse.csc_array,
}


def snapshot(value):
    if sparse.issparse(value):
        return [snapshot(part) for part in (value.data, value.indices, value.indptr)]
    return (value.tobytes(), value.dtype, value.strides, value.flags.writeable)


@each_estimator
@pytest.mark.parametrize("store", [*STORAGE.values(), np.float32], ids=[*STORAGE.keys(), "float32"])
@pytest.mark.parametrize("bounded", [False, True])
def test_nothing_of_the_callers_changes(estimator, store, bounded):
    given = {
        "X": store(X + 3.0),
        "y": y + 1.0,
        "sample_weight": rng.random(20),
        "penalty_factor": np.array([1.0, 0.0, 2.0]),
        "low": np.array([-0.1, 0.0, -np.inf]),
        "high": np.array([0.1, np.inf, 0.0]),
    }
    before = {name: snapshot(value) for name, value in given.items()}
    options = {"bounds": (given["low"], given["high"])} if bounded else {}
    model = type(estimator)(**estimator.get_params())
    model.set_params(alpha=0.01, penalty_factor=given["penalty_factor"], **options)
    for _ in range(2):
        model.fit(given["X"], given["y"], sample_weight=given["sample_weight"])
        model.predict(given["X"])
    assert {name: snapshot(value) for name, value in given.items()} == before


@pytest.mark.parametrize(
    ("store", "dtype"),
    [
        *((np.asarray, dtype) for dtype in ("float16", "object")),
        *((store, dtype) for store in STORAGE.values() for dtype in ("int32", "bool", "longdouble")),
    ],
)
def test_unchecked_x_has_to_be_what_the_kernels_read(store, dtype):
    stored = store((10 * X).astype(dtype))
    with pytest.raises(TypeError, match=rf"check_input.*float64 or float32, got {stored.dtype}"):
        Lasso(0.1).fit(stored, y, check_input=False)


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("estimator", [*SQUARES, *NETS], ids=repr)
def test_a_start_that_is_not_finite_is_named(estimator, value):
    model = type(estimator)(**{**estimator.get_params(), "warm_start": True}).fit(X, y)
    model.coef_ = np.full_like(model.coef_, value)
    with pytest.raises(ValueError, match=r"coef_ .*warm_start"):
        model.fit(X, y)


@pytest.mark.parametrize(
    "fit",
    [
        lambda X, y: Lasso(0.0).fit(X, y),
        lambda X, y: Ridge(0.0).fit(X, np.column_stack([y, -y])),
        lambda X, y: LassoCV(cv=3).fit(X, y),
        lambda X, y: RidgeClassifier(0.0).fit(1e-19 * X, np.arange(20) % 2),
        lambda X, y: LassoClassifier(1e-45).fit(1e-19 * X, np.arange(20) % 2),
    ],
    ids=["lasso", "two targets", "cv", "squared loss of classes", "log-loss"],
)
def test_coefficients_beyond_single_precision_are_refused(fit):
    single = (1e-20 * X).astype(np.float32)
    target = 1e20 * (X[:, 0] + np.sin(np.arange(20)))
    with pytest.raises(ValueError, match=r"coef_ has values up to .*beyond float32, the dtype of X"):
        fit(single, target)


def test_arrays_among_the_parameters_do_not_change():
    gram, alphas = X.T @ X, np.array([0.1, 2.0])
    before = snapshot(gram), snapshot(alphas)
    Lasso(precompute=gram, fit_intercept=False).fit(X, y)
    Ridge(alpha=alphas).fit(X, np.column_stack([y, y]))
    assert (snapshot(gram), snapshot(alphas)) == before


@pytest.mark.parametrize("make", [Lasso, LassoClassifier])
@pytest.mark.parametrize("power", [-250, -170, 170, 250])
def test_squares_that_vanish_or_overflow_are_told_apart(make, power):
    rng = np.random.default_rng(0)
    X, score = 10.0**power * rng.normal(size=(30, 5)), rng.normal(size=30)
    y = score if make is Lasso else score > 0
    with pytest.raises(
        ValueError, match="overflow: scale them down" if power > 0 else "vanish.*scale X up"
    ):
        make(0.01 * 10.0**power).fit(X, y)


def test_a_column_whose_squares_vanish_does_no_harm_where_it_stays_out():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(30, 5)), rng.normal(size=30)
    tiny = np.column_stack([X, 1e-200 * X[:, 0]])
    model = Lasso(0.01).fit(tiny, y)
    np.testing.assert_array_equal(model.coef_, np.append(Lasso(0.01).fit(X, y).coef_, 0.0))


FAILING = [
    *ALL,
    LassoCV(cv=3, alphas=4),
    RidgeCV(),
    LassoClassifierCV(cv=3, alphas=4),
    RidgeClassifierCV(),
    MagnitudePrunedRegressor(Lasso(0.01)),
    MagnitudePrunedClassifier(RidgeClassifier()),
    PrunedEstimator(Ridge()),
    CoefficientPruner(Ridge()),
    StabilitySelection(Lasso(), alphas=[0.5, 0.1], n_pairs=2),
    PathSearchCV(Lasso(), {"alpha": [0.1, 0.2]}, cv=2),
]


def state(model):
    return {name: pickle.dumps(value) for name, value in vars(model).items()}


@pytest.mark.filterwarnings("ignore:Scoring failed")
@pytest.mark.parametrize("estimator", FAILING, ids=lambda value: f"{value!r:.60}")
def test_a_fit_that_fails_leaves_the_one_before(estimator, monkeypatch):
    """Here once it knows all of its input, but not the solution."""

    def fail(problems):
        raise ValueError("no problem today")

    model = clone(estimator).fit(X, y)
    new, before = clone(estimator), state(model)
    target = np.array(["new", "other"])[y] if is_classifier(estimator) else y + 7.0
    monkeypatch.setattr(Problems, "__post_init__", fail)
    for one in (model, new):
        with pytest.raises(ValueError, match="no problem today"):
            one.fit(X[:, ::-1], target)
    assert state(model) == before
    assert vars(new).keys() == vars(estimator).keys()


def of_small(model, X, y):
    if y.max() > 5:
        raise ValueError("too large")
    return 0.0


def test_so_does_one_that_fails_late():
    model = CoefficientPruner(Ridge(), sparsity="auto", cv=2, scoring=of_small).fit(X, y)
    before = state(model)
    with pytest.raises(ValueError, match="too large"):
        model.fit(X[:, :2], y * 9.0)
    assert state(model) == before


@pytest.mark.parametrize(
    "estimator", [*ALL, LassoCV(), RidgeCV(), LassoClassifierCV(), RidgeClassifierCV()], ids=repr
)
def test_what_is_missing_in_y_is_no_overflow(estimator):
    target = (np.array(["no", "yes"])[y] if is_classifier(estimator) else y * 1.5).astype(object)
    target[3] = None
    with pytest.raises(ValueError, match=r"Input y contains (None|NaN)"):
        clone(estimator).fit(X, target)


@pytest.mark.parametrize(
    ("estimator", "target", "word"),
    [
        (LassoClassifier(), np.full(20, 1.0), "one class: 1.0"),
        (RidgeClassifier(), np.full(20, 3), "one class: 3"),
        (LassoClassifierCV(), np.array(["a"] * 20), "one class: 'a'"),
        (LassoClassifier(class_weight={0: np.float64(-2.0)}), y, "class 0 has -2.0"),
        (LassoClassifier(class_weight={np.int64(7): 1.0}), y, r"\[7\]"),
        (ElasticNetCV(l1_ratio=np.array([0.5, 2.0])), y, "got 2.0"),
        (LassoCV(alphas=np.array([0.5, np.inf])), y, "got inf"),
        (LassoCV(alphas=4, cv=2, alpha_rule=lambda results: np.int64(9)), y, "got 9"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_numbers_are_printed_plainly(estimator, target, word):
    with pytest.raises(ValueError, match=word):
        estimator.fit(X, target)
