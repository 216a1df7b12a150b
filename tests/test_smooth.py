"""Smooth penalties by products with the rows: the same answers, the work they take, and who chooses."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from sknormreg import ElasticNetClassifier, RidgeClassifier
from sknormreg.design import make_design
from sknormreg.losses import LogLoss, MultinomialLoss, SquaredHinge
from sknormreg.penalties import L2, Coordinates
from sknormreg.problem import Problem
from sknormreg.solvers import choose
from sknormreg.solvers.build import rows_model, weighted_gram
from sknormreg.solvers.certificate import evaluate
from sknormreg.solvers.inner import conjugate
from sknormreg.solvers.loop import solve
from sknormreg.solvers.model import GramModel, RowsModel
from sknormreg.solvers.workspace import Work, Workspace

from .optimality import Objective

LOSSES = {"log-loss": (LogLoss(), 2), "softmax": (MultinomialLoss(), 4), "hinge": (SquaredHinge(), 2)}


class rows_only(pytest.MonkeyPatch):
    """A context in which every smooth problem is solved by products with the rows."""

    def __enter__(self):
        self.setattr(choose, "_CHEAP", -1.0)
        self.setattr(choose, "by_rows", lambda problem: 0.0)
        return self

    def __exit__(self, *_):
        self.undo()


def drawn(seed, n=60, p=12, classes=2, stored=np.asarray):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) * (rng.random((n, p)) < 0.6)
    X[:, 1:] += 0.5 * X[:, :-1]
    score = X[:, :3] @ rng.normal(size=3) + rng.normal(size=n)
    y = np.digitize(score, np.quantile(score, np.arange(1, classes) / classes))
    return stored(X), y


def problem_of(loss, classes, X, y, alpha, factor=None, weights=None, intercept=True):
    n, p = X.shape
    weights = np.full(n, 1 / n) if weights is None else weights / weights.sum()
    Y = (y == np.arange(classes)[:, None]).astype(float) if classes > 2 else y[None, :].astype(float)
    Y = 2 * Y - 1 if loss.kinked else Y
    factor = np.tile(np.ones(p) if factor is None else factor, Y.shape[0])
    infinite = np.full(factor.size, np.inf)
    design = make_design(X, weights, intercept)
    return Problem(design, Y, weights, loss, L2(alpha), Coordinates(factor, -infinite, infinite), intercept)


def text(n, vocabulary, classes, seed=0):
    """Rows of 40 words, of length one, and classes by some of the words."""
    rng = np.random.default_rng(seed)
    often = 1.0 / (np.arange(vocabulary) + 5.0)
    words = rng.choice(vocabulary, size=n * 40, p=often / often.sum())
    X = sparse.csr_array((np.ones(n * 40), (np.repeat(np.arange(n), 40), words)), (n, vocabulary))
    X.sum_duplicates()
    lengths = np.sqrt(np.asarray(X.multiply(X).sum(axis=1)).ravel())
    X = sparse.csr_array(X.multiply(1.0 / lengths[:, None]))
    return X, (X @ rng.normal(size=(vocabulary, classes))).argmax(axis=1)


@pytest.mark.parametrize("loss", ["log_loss", "squared_hinge"])
@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    shape=st.sampled_from([(60, 12), (30, 40)]),
    classes=st.sampled_from([2, 3, 5]),
    power=st.floats(-4.0, 1.0),
    stored=st.sampled_from([np.asarray, np.asfortranarray, sparse.csr_array, sparse.csc_array]),
    free=st.integers(0, 3),
    weighted=st.booleans(),
    intercept=st.booleans(),
)
def test_the_answers_are_those_of_the_hessian(
    loss, seed, shape, classes, power, stored, free, weighted, intercept
):
    X, y = drawn(seed, *shape, classes=classes)
    rng = np.random.default_rng(seed)
    alpha = 10.0**power
    factor = rng.uniform(0.5, 2.0, size=shape[1])
    factor[:free] = 0.0
    weights = rng.uniform(0.5, 2.0, size=shape[0]) if weighted or free else None
    if free:  # each row in all of the classes, a little, or free features may separate them
        X, y = np.vstack([X] * classes), np.concatenate([(y + k) % classes for k in range(classes)])
        weights = np.concatenate([weights] + [0.1 * weights] * (classes - 1))
    X = stored(X)
    options = {"alpha": alpha, "fit_intercept": intercept, "penalty_factor": factor}
    made = (
        RidgeClassifier(loss="log_loss", tol=1e-11, **options)
        if loss == "log_loss"
        else ElasticNetClassifier(loss=loss, l1_ratio=0.0, tol=1e-11, **options)
    )
    exact = made.fit(X, y, sample_weight=weights).coef_.copy()
    with rows_only():
        made.fit(X, y, sample_weight=weights)
    assert np.all(made.dual_gap_ <= 2e-11)  # tol times the loss at zero
    scale = max(1e-3, np.abs(exact).max())
    np.testing.assert_allclose(made.coef_, exact, rtol=0, atol=2e-4 * scale / min(1.0, alpha) ** 0.5)
    kept = {"sample_weight": weights, "penalty_factor": factor, "fit_intercept": intercept}
    if classes == 2 or loss == "log_loss":
        objective = Objective(X, y, loss=loss, alpha=alpha, l1_ratio=0.0, **kept)
        assert objective.certify(made.coef_, made.intercept_).relative_gap <= 1e-10


@pytest.mark.parametrize("kind", LOSSES)
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("stored", [np.asarray, sparse.csc_array])
def test_products_are_those_of_the_hessian_on_any_members(kind, intercept, stored):
    loss, classes = LOSSES[kind]
    X, y = drawn(1, classes=classes, stored=stored)
    problem = problem_of(loss, classes, X, y, 0.1, intercept=intercept)
    rng = np.random.default_rng(0)
    size = problem.coordinates.factor.size
    point = evaluate(problem, rng.normal(size=size), np.zeros(problem.n_outputs))
    curvature = loss.curvature(problem.y, point.z, problem.weights)
    for members in (np.arange(size), np.sort(rng.choice(size, size // 2, replace=False))):
        space = Workspace()
        space.members = members
        hessian = weighted_gram(problem, space, *curvature)
        m = len(hessian)
        model = rows_model(problem, space, curvature, np.zeros(m), np.zeros(m), 1.0)
        for _ in range(3):
            step = rng.normal(size=m)
            if loss.shift_invariant and intercept:  # along which the Hessian is given a curvature
                step[members.size :] -= step[members.size :].mean()
            np.testing.assert_allclose(model.product(step), hessian @ step, rtol=0, atol=1e-13)
        np.testing.assert_allclose(
            model.diagonal[: members.size], np.diagonal(hessian)[: members.size], rtol=1e-10, atol=1e-15
        )


def test_text_with_many_classes_takes_few_steps_and_little_memory():
    X, y = text(1000, 3000, 11)
    problem = problem_of(MultinomialLoss(), 11, X, y, 1e-3)
    space = Workspace()
    tracemalloc.start()
    solution = solve(problem, workspace=space)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert solution.relative_gap <= 1e-8
    assert space.work.passes <= 10
    assert 1 <= space.work.cg_steps <= 30
    assert space.work.factorisations == space.work.gram_columns == 0
    assert peak <= 50 * solution.coef.nbytes  # one Hessian would be 33000 times as large


def test_a_tighter_tolerance_takes_more_steps_and_is_certified():
    X, y = text(600, 1500, 5)
    problem = problem_of(MultinomialLoss(), 5, X, y, 1e-3)
    steps = []
    for tol in (1e-4, 1e-8, 1e-13):
        space = Workspace()
        with rows_only():
            assert solve(problem, workspace=space, tol=tol).relative_gap <= tol
        steps.append(space.work.cg_steps)
    assert steps[0] < steps[1] < steps[2] <= 100


def test_where_a_softmax_is_flat_nothing_moves():
    X, y = drawn(3, classes=4)
    factor = np.ones(12)
    factor[:2] = 0.0
    problem = problem_of(MultinomialLoss(), 4, X, y, 0.01, factor)
    with rows_only():
        found = solve(problem)
    sums = found.coef[:, :2].sum(axis=0)
    np.testing.assert_allclose(sums, 0.0, atol=1e-13)
    assert abs(found.intercept.sum()) <= 1e-13


def quadratic(values, gradient):
    m = len(values)
    model = GramModel(np.diag(values), gradient, np.zeros(m), np.full(m, 1e-15))
    model.level, model.operations = lambda step: step, m
    return model


@pytest.mark.parametrize("distinct", [1, 2, 5])
def test_as_many_steps_as_there_are_clusters_of_curvature(distinct):
    values = np.repeat(np.arange(1.0, distinct + 1), 7)
    rng = np.random.default_rng(0)
    model = quadratic(np.ones(values.size), rng.normal(size=values.size))
    Q = np.linalg.qr(rng.normal(size=(values.size,) * 2))[0]
    model.gram = (Q * values) @ Q.T
    infinite = np.full(values.size, np.inf)
    work = Work()
    penalty, c = L2(0.5), Coordinates(np.ones(values.size), -infinite, infinite)
    w = conjugate.minimise(model, penalty, c, work, 1e-6)
    expected = -np.linalg.solve(model.gram + 0.5 * np.eye(values.size), model.gradient)
    np.testing.assert_allclose(w, expected, rtol=0, atol=1e-5)
    assert work.cg_steps <= 4 * distinct + 4


def test_a_direction_without_curvature_is_left_alone():
    infinite = np.full(3, np.inf)
    c = Coordinates(np.array([1.0, 0.0, 0.0]), -infinite, infinite)
    model = quadratic(np.array([1.0, 2.0, 0.0]), np.array([1.0, 1.0, 1.0]))
    w = conjugate.minimise(model, L2(1.0), c, Work())
    np.testing.assert_allclose(w, [-0.5, -0.5, 0.0], atol=1e-15)
    nothing = quadratic(np.zeros(3), np.ones(3))
    np.testing.assert_array_equal(conjugate.minimise(nothing, L2(0.0), c, Work()), np.zeros(3))


@pytest.mark.parametrize(
    ("gap", "least", "most"), [(1e6, 0.1, 0.1), (1.0, 0.1, 0.1), (1e-6, 0.03, 0.06), (1e-9, 0.1, 0.1)]
)
def test_models_are_solved_as_far_as_their_point_is_right(gap, least, most):
    """And no further than certifies the next point."""
    assert least <= conjugate.forcing(gap, 1e-8, 1.0) <= most


def shaped(n, p, classes=2, stored=None, alpha=None):
    """A problem of so many rows and columns, of which the numbers do not matter."""
    loss = MultinomialLoss() if classes > 2 else LogLoss()
    X = stored if stored is not None else np.random.default_rng(0).normal(size=(n, p))
    y = np.arange(n) % classes
    return problem_of(loss, classes, X, y, 1.0 / n if alpha is None else alpha)


def route_of(problem):
    return choose.choose([problem], np.array([[problem.penalty.alpha]])).solver


@pytest.mark.parametrize(
    ("problem", "rotated", "by_rows"),
    [
        (lambda: shaped(500, 30), False, False),  # a small Hessian
        (lambda: shaped(200, 30, 4), False, False),
        (lambda: shaped(60, 3000), True, False),  # wide: rotated, then a small Hessian
        (lambda: shaped(60, 3000, 4), True, False),
        (lambda: shaped(1500, 4000, 2, text(1500, 4000, 2)[0], 1e-3), False, True),
        (lambda: shaped(800, 2000, 9, text(800, 2000, 2)[0], 1e-3), False, True),
        (lambda: shaped(2000, 250, 10), False, True),  # dense, where the Hessian is large
        (lambda: shaped(2000, 250, 10, alpha=1e-12), False, False),  # or so ill-conditioned that it pays
    ],
)
def test_who_solves_what(problem, rotated, by_rows):
    problem = problem()
    assert (route_of(problem) == "rotation") == rotated
    members = np.arange(problem.n_outputs * problem.n_features)
    found = choose.choose_inner(problem, members).name
    assert rotated or (found == "conjugate gradients") == by_rows


def test_kinks_bounds_and_squares_have_their_own_solvers():
    X, y = drawn(0)
    problem = problem_of(LogLoss(), 2, X, y, 0.1)
    members = np.arange(12)
    with rows_only():
        assert choose.choose_inner(problem, members).name == "conjugate gradients"
        bounded = Coordinates(np.ones(12), np.zeros(12), np.full(12, np.inf))
        problem.coordinates = bounded
        assert choose.choose_inner(problem, members).name != "conjugate gradients"
        assert route_of(problem) != "rotation"


def test_what_is_left_by_rounding_costs_no_less_than_it_does():
    rng = np.random.default_rng(0)
    X, y = drawn(2)
    problem = problem_of(LogLoss(), 2, X, y, 0.1, intercept=False)
    space = Workspace()
    space.members = np.arange(12)
    d, a = problem.loss.curvature(problem.y, np.zeros((1, 60)), problem.weights)
    e, c = rng.normal(size=12), np.full(12, 0.1)
    dense = GramModel(weighted_gram(problem, space, d, a), e, e, e)
    rows = rows_model(problem, space, (d, a), e, e, 1.0)
    assert isinstance(rows, RowsModel)
    assert dense.gain(e, c) <= rows.gain(e, c) < np.inf
    assert rows.gain(e, np.zeros(12)) == np.inf
    assert rows.gain(np.zeros(12), np.zeros(12)) == 0.0


class Counted(MultinomialLoss):
    """With the number of times that a softmax is formed to settle intercepts."""

    calls = 0

    def derivatives(self, y, z, s):
        Counted.calls += 1
        return super().derivatives(y, z, s)


def test_intercepts_are_settled_when_it_matters():
    X, y = drawn(3, n=300, p=10, classes=12)
    problem = problem_of(MultinomialLoss(), 12, X, y, 1e-3)
    with rows_only():
        found = solve(problem)
    point = evaluate(problem, found.coef.reshape(-1), found.intercept)
    np.testing.assert_allclose(point.intercept, found.intercept, rtol=0, atol=1e-12)
    assert found.dual_gap <= 1e-8 * found.null_objective
    assert point.gap <= found.dual_gap * (1 + 1e-6) + 1e-15


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("max_iter", [1, 2, 3])
def test_the_gap_of_an_early_stop_is_that_of_its_best_intercept(max_iter):
    X, y = drawn(3, n=300, p=10, classes=12)
    with rows_only():
        model = RidgeClassifier(alpha=1e-3, loss="log_loss", max_iter=max_iter).fit(X, y)
    objective = Objective(X, y, loss="log_loss", alpha=1e-3, l1_ratio=0.0)
    found = objective.certify(model.coef_, model.intercept_)
    assert found.gap <= model.dual_gap_ * (1 + 1e-6)


def test_the_intercept_of_no_coefficients_is_that_of_the_frequencies():
    _, y = drawn(1, n=200, classes=5)
    Y = (y == np.arange(5)[:, None]).astype(float)
    weights = np.random.default_rng(0).random(200)
    weights /= weights.sum()
    Counted.calls = 0
    change = Counted().best_intercept(Y, np.zeros(Y.shape), weights)
    np.testing.assert_allclose(np.exp(change) / np.exp(change).sum(), Y @ weights, rtol=1e-13)
    assert Counted.calls <= 2


@pytest.mark.parametrize(("kind", "more"), [("log-loss", 0), ("hinge", 0), ("softmax", 2)])
def test_a_pass_for_each_iteration(kind, more):
    """A softmax reads X again for the first point whose intercepts have to be exact."""
    loss, classes = LOSSES[kind]
    X, y = drawn(2, classes=classes)
    problem, space = problem_of(loss, classes, X, y, 1e-3), Workspace()
    with rows_only():
        found = solve(problem, workspace=space)
    assert space.work.passes <= found.n_iter + more
