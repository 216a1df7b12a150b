"""Messages name what users wrote: their parameters, their classes, packages where names are shared."""

from inspect import isfunction, unwrap

import pytest
from sklearn import linear_model as theirs
from sklearn.datasets import load_diabetes
from sklearn.pipeline import make_pipeline

import sknormreg
from sknormreg import (
    Lasso,
    LassoClassifier,
    MagnitudePrunedRegressor,
    StabilitySelection,
    alpha_grid,
    alpha_max,
    regularization_path,
)
from sknormreg.inspection import CVCurveDisplay

X, Y = load_diabetes(return_X_y=True)
CLASSES = [
    kind for kind in (getattr(sknormreg, name) for name in sknormreg.__all__) if isinstance(kind, type)
]


def methods(kind):
    """Functions of this package that are reached by a public name of a class."""
    for name in dir(kind):
        if not name.startswith("_") or name == "__init__":
            for space in kind.__mro__:
                if name in vars(space) and space.__module__.startswith("sknormreg"):
                    yield unwrap(vars(space)[name]) if not isinstance(vars(space)[name], property) else None
                    break


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_no_message_of_python_names_a_private_class(kind):
    public = {one.__name__ for one in CLASSES}
    named = {method.__qualname__ for method in methods(kind) if isfunction(method)}
    assert named
    assert {name.partition(".")[0] for name in named if "." in name} <= public


@pytest.mark.parametrize(
    "call",
    [
        lambda: Lasso().fit(X, Y, weights=Y),
        lambda: LassoClassifier().fit(X, Y > 100, weights=Y),
        lambda: Lasso().fit_path(X, Y, [1.0], weights=Y),
        lambda: Lasso().fit(X, Y).predict(X, weights=Y),
        lambda: LassoClassifier().fit(X, Y > 100).predict_proba(X, weights=Y),
        lambda: MagnitudePrunedRegressor(weights=Y),
    ],
)
def test_an_unknown_argument(call):
    with pytest.raises(TypeError, match=r"^\w+\(\) got an unexpected keyword argument 'weights'"):
        call()


@pytest.mark.parametrize("function", [regularization_path, alpha_max, alpha_grid])
def test_the_package_of_an_estimator_is_named(function):
    for model in (theirs.Lasso(), theirs.RidgeClassifierCV()):
        with pytest.raises(TypeError, match=rf"got {type(model).__name__}\(\) of sklearn\.linear_model"):
            function(make_pipeline(model), X, Y)
    with pytest.raises(TypeError, match=r"got <class '.*Lasso'>"):
        function(Lasso, X, Y)
    with pytest.raises(TypeError, match="got 'lasso'"):
        function("lasso", X, Y)


def test_elsewhere_too():
    with pytest.raises(ValueError, match=r"Give alphas for ElasticNet\(\) of sklearn\.linear_model"):
        StabilitySelection(theirs.ElasticNet()).fit(X, Y)
    with pytest.raises(TypeError, match=r"got RidgeCV\(\) of sklearn\.linear_model"):
        CVCurveDisplay.from_estimator(theirs.RidgeCV().fit(X, Y))
