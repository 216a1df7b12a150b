"""The rule of one standard error, against a computation by hand."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, KFold, RandomizedSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threads import alike

from sknormreg import ElasticNet, Lasso, PathSearchCV, Ridge, one_standard_error

scores = st.floats(-1, 1).map(lambda x: round(x, 2))


@given(st.data())
def test_the_choice_is_the_definition(data):
    """A second parameter, candidates in any order, and failed fits (NaN)."""
    folds = data.draw(st.integers(1, 5))
    grid = [{"alpha": a, "mode": m} for a in (0.1, 1.0, 10.0, 100.0) for m in ("x", "y")]
    grid = data.draw(st.permutations(grid))
    rows = np.array([[data.draw(scores) for _ in range(folds)] for _ in grid])
    failed = data.draw(st.sets(st.integers(0, len(grid) - 1), max_size=3))
    rows[list(failed)] = np.nan
    results = {"params": grid, **{f"split{i}_test_score": rows[:, i] for i in range(folds)}}
    simpler = data.draw(st.booleans())
    chosen = one_standard_error(larger_is_simpler=simpler)(results)
    mean = rows.mean(axis=1)
    best = int(np.nanargmax(mean))
    error = rows[best].std(ddof=1) / np.sqrt(folds) if folds > 1 else 0.0
    sign = 1 if simpler else -1
    eligible = [
        c
        for c in range(len(grid))
        if c == best
        or (
            mean[c] >= mean[best] - error
            and grid[c]["mode"] == grid[best]["mode"]
            and sign * grid[c]["alpha"] >= sign * grid[best]["alpha"]
        )
    ]
    assert grid[chosen]["alpha"] == max((grid[c]["alpha"] for c in eligible), key=lambda a: sign * a)
    assert grid[chosen]["mode"] == grid[best]["mode"]


@pytest.mark.parametrize("n_jobs", [1, 2])
@alike()
def test_in_a_search(n_jobs):
    X, y = load_diabetes(return_X_y=True)
    pipeline = make_pipeline(StandardScaler(), ElasticNet())
    grid = {"elasticnet__alpha": np.geomspace(1e-3, 10, 9), "elasticnet__l1_ratio": [0.2, 1.0]}
    plain = GridSearchCV(pipeline, grid, cv=KFold(6)).fit(X, y)
    search = GridSearchCV(pipeline, grid, cv=KFold(6), refit=one_standard_error(), n_jobs=n_jobs).fit(X, y)
    best, chosen = plain.best_params_, search.best_params_
    assert chosen["elasticnet__l1_ratio"] == best["elasticnet__l1_ratio"]
    assert chosen["elasticnet__alpha"] > best["elasticnet__alpha"]
    floor = plain.best_score_ - plain.cv_results_["std_test_score"][plain.best_index_] / np.sqrt(5)
    mean = search.cv_results_["mean_test_score"]
    assert mean[search.best_index_] >= floor
    simpler = [
        score
        for score, params in zip(mean, search.cv_results_["params"], strict=True)
        if params["elasticnet__l1_ratio"] == best["elasticnet__l1_ratio"]
        and params["elasticnet__alpha"] > chosen["elasticnet__alpha"]
    ]
    assert max(simpler) < floor
    search.predict(X)


def test_other_searches_and_several_scores():
    X, y = load_breast_cancer(return_X_y=True)
    pipeline = make_pipeline(StandardScaler(), LogisticRegression())
    rule = one_standard_error("C", larger_is_simpler=False, scoring="roc_auc")
    search = RandomizedSearchCV(
        pipeline, {"logisticregression__C": list(np.geomspace(1e-3, 10, 12))}, n_iter=8, random_state=0,
        scoring=["roc_auc", "accuracy"], refit=rule,
    ).fit(X, y)  # fmt: skip
    means = search.cv_results_["mean_test_roc_auc"]
    assert (
        search.best_params_["logisticregression__C"]
        < (search.cv_results_["params"][means.argmax()]["logisticregression__C"])
    )


def test_it_is_a_value():
    rule = one_standard_error("C", larger_is_simpler=False)
    assert repr(rule) == "one_standard_error('C', larger_is_simpler=False, scoring=None)"
    search = GridSearchCV(Ridge(), {"alpha": [1.0]}, refit=rule)
    assert clone(search).refit == pickle.loads(pickle.dumps(rule)) == rule
    assert rule != one_standard_error("C")


RESULTS = {
    "params": [
        {"a__alpha": 1.0, "b__alpha": 1.0, "solver": "x"},
        {"a__alpha": 2.0, "b__alpha": 1.0, "solver": "y"},
    ],
    "split0_test_r2": np.array([0.5, 0.4]),
    "split1_test_r2": np.array([0.5, 0.4]),
    "mean_test_r2": np.array([0.5, 0.4]),
}
BAD = [
    (
        {"param": "alpha", "scoring": "r2"},
        r"varies a__alpha, b__alpha, solver: param='alpha' fits a__alpha and b__alpha",
    ),
    ({"param": "C", "scoring": "r2"}, "param='C' is none of them"),
    ({"param": "a__alpha"}, "no score 'score', but r2: say which with scoring"),
    ({"param": "solver", "scoring": "r2"}, r"solver must have numbers.*'x'"),
]


@pytest.mark.parametrize(("options", "message"), BAD)
def test_bad_input_is_named(options, message):
    with pytest.raises(ValueError, match=message):
        one_standard_error(**options)(RESULTS)


@pytest.mark.parametrize("kind", [GridSearchCV, PathSearchCV])
def test_the_rule_has_to_be_made(kind):
    X, y = load_diabetes(return_X_y=True)
    with pytest.raises(
        TypeError, match=r"param must be .* name .*: give one_standard_error\(\), with parenth"
    ):
        kind(Lasso(), {"alpha": [0.1, 1.0]}, refit=one_standard_error).fit(X, y)


def test_no_candidate_with_a_score():
    with pytest.raises(ValueError, match="No candidate has a score"):
        one_standard_error()({"params": [{"alpha": 1.0}], "split0_test_score": np.array([np.nan])})


def test_lasso_gets_sparser():
    X, y = load_diabetes(return_X_y=True)
    grid = {"alpha": np.geomspace(1e-3, 1, 13)}
    plain, simple = (GridSearchCV(Lasso(), grid, refit=r).fit(X, y) for r in (True, one_standard_error()))
    assert np.count_nonzero(simple.best_estimator_.coef_) < np.count_nonzero(plain.best_estimator_.coef_)
