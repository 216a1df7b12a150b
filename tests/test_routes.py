"""One table chooses the solver: each row by a problem that takes it and a neighbour that does not.

A penalty is what its arrays make of it, whatever its class; what was taken is on the solution and in the
log.
"""

import ast
import logging
import runpy
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from optimality import EXTENDED, Objective
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning

import sknormreg
from sknormreg import (
    ElasticNet,
    ElasticNetClassifier,
    ElasticNetCV,
    Lasso,
    LassoClassifier,
    LassoCV,
    Ridge,
    RidgeClassifier,
    alpha_max,
    regularization_path,
)
from sknormreg.design import make_design
from sknormreg.losses import LogLoss, MultinomialLoss, SquaredHinge, SquaredLoss
from sknormreg.penalties import L1, L2, Coordinates, Structure
from sknormreg.penalties import ElasticNet as Net
from sknormreg.problem import Problem
from sknormreg.solvers import paths
from sknormreg.solvers.choose import (
    FOLDS,
    INNER,
    ROUTES,
    SYSTEMS,
    choose,
    choose_folds,
    choose_inner,
    choose_systems,
    growth,
    printed,
)
from sknormreg.solvers.solution import Status
from sknormreg.solvers.workspace import Work, Workspace

ROOT = Path(sknormreg.__file__).parent
DOCS = Path(__file__).parents[1] / "docs"
Taxicab = runpy.run_path(DOCS / "code" / "taxicab.py")["Taxicab"]


class Tilted(L2):
    """An L2 norm by its class, and an L1 norm with an L2 part by what it is made of."""

    def l1_and_l2(self, c):
        return self.alpha * c.factor, 0.5 * self.alpha * c.factor


class Doubled(Net):
    """Twice the strength of half the squares, written as a user might."""

    def __init__(self, alpha=1.0):
        super().__init__(2.0 * alpha, l1_ratio=0.0)
        self.alpha = alpha

    def value(self, w, c, each=False):
        return L2(2.0 * self.alpha).value(w, c, each)

    def slope(self, w, a):
        return 2.0 * a * w

    def maximiser(self, v, a):
        return L2().maximiser(v, 2.0 * a)

    def unbounded_prox(self, x, step, a):
        return x / (1.0 + 2.0 * step * a)

    def curvature(self, w, a):
        return 2.0 * a

    def l1_and_l2(self, c):
        return np.zeros_like(c.factor), 2.0 * self.alpha * c.factor


def coordinates(p, factor=1.0, low=-np.inf):
    return Coordinates(np.broadcast_to(factor, p) * np.ones(p), np.full(p, low), np.full(p, np.inf))


FACTORS = {"all": np.ones(3), "some": np.array([0.0, 1.0, 2.0]), "none": np.zeros(3)}
MADE_OF = [
    (L1(0.7), Structure.L1),
    (L2(0.7), Structure.L2),
    (Net(0.7, l1_ratio=0.5), Structure.L1),
    (Net(0.7, l1_ratio=0.0), Structure.L2),
    (Net(0.7, l1_ratio=1.0), Structure.L1),
    (Tilted(0.7), Structure.L1),
    (Doubled(0.7), Structure.L2),
    (Taxicab(0.7), Structure.OTHER),
]


@pytest.mark.parametrize(("penalty", "structure"), MADE_OF, ids=lambda value: repr(value))
def test_a_penalty_says_what_it_is_made_of(penalty, structure):
    assert penalty.structure(coordinates(3, FACTORS["all"])) is structure
    assert penalty.structure(coordinates(3, FACTORS["some"])) is structure
    assert penalty.with_alpha(0.0).structure(coordinates(3)) is Structure.NOTHING
    nothing = penalty.structure(coordinates(3, FACTORS["none"]))
    assert nothing is (structure if structure is Structure.OTHER else Structure.NOTHING)


def test_a_strength_that_next_to_vanishes_is_one():
    tiny = np.nextafter(0.0, 1.0)
    assert Net(tiny, l1_ratio=0.25).structure(coordinates(2)) is Structure.L1
    assert L2(tiny).structure(coordinates(2, 0.25)) is Structure.L2


@pytest.mark.parametrize(
    "folder", ["solvers", "diagnosis", "elimination", "linear_model", "model_selection"]
)
def test_no_class_of_a_penalty_decides_anything(folder):
    """A search of the source: `isinstance` of what carries the name of one."""
    from sknormreg import penalties

    for file in (ROOT / folder).rglob("*.py"):
        source = file.read_text(encoding="utf-8")
        known = {
            alias.asname or alias.name
            for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("penalties")
            for alias in node.names
            if isinstance(getattr(penalties, alias.name, None), type)
        }
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("isinstance", "type"):
                assert not known & {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}, file


def problem(loss=None, n=30, p=8, penalty=None, stored=None, **where):
    """Of sparse columns with `stored` entries each, if told."""
    rng = np.random.default_rng(0)
    X, weights, loss = rng.normal(size=(n, p)), np.full(n, 1 / n), loss or SquaredLoss()
    y = X[:, :3].sum(axis=1) + rng.normal(size=n)
    y = y - y.mean() if loss.quadratic else np.where(y > 0, 1.0, -1.0 if loss.kinked else 0.0)
    penalty = penalty or L1(0.1)
    if stored is not None:
        X[stored:] = 0.0
        X = sparse.csc_array(X)
    if isinstance(loss, MultinomialLoss):
        return softmax(X, weights, penalty, **where)
    return Problem(
        make_design(X, weights, True), y[None, :], weights, loss, penalty, coordinates(p, **where)
    )


def softmax(X, weights, penalty, **where):
    y = np.eye(4)[:, np.arange(len(weights)) % 4]
    c = coordinates(4 * X.shape[1], **where)
    return Problem(make_design(X, weights, True), y, weights, MultinomialLoss(), penalty, c)


def route(*strengths, cold=True, **made):
    return choose([problem(**made)], np.array(strengths)[:, None], cold).name


HINGE = SquaredHinge()
#: For each route: the problem that takes it, and what its neighbours take.
EXAMPLES = {
    "ridge path": [
        ((0.2, 0.1), {"penalty": L2()}, "ridge path"),
        ((0.2, 0.1), {"penalty": Net(l1_ratio=0.0)}, "ridge path"),
        ((0.2, 0.1), {"penalty": Doubled()}, "ridge path"),
        ((0.2, 0.0), {"penalty": L2()}, "ridge path"),
        ((0.2,), {"penalty": L2()}, "linear system"),
        ((0.2, 0.1), {"penalty": L2(), "low": 0.0}, "moments"),
        ((0.2, 0.1), {"penalty": Net(l1_ratio=0.01)}, "moments"),
        ((0.2, 0.1), {"penalty": Tilted()}, "moments"),
    ],
    "linear system": [
        ((0.2,), {"penalty": Net(l1_ratio=0.0)}, "linear system"),
        ((0.0,), {"penalty": L1()}, "linear system"),
        ((0.0,), {"penalty": Taxicab()}, "linear system"),
        ((0.2,), {"penalty": L1(), "factor": 0.0}, "linear system"),
        ((0.2,), {"penalty": L2(), "low": -1.0}, "outer loop"),
        ((0.2,), {"penalty": L1()}, "outer loop"),
        ((0.2,), {"penalty": L2(), "loss": LogLoss()}, "outer loop"),
    ],
    "moments": [
        ((0.2, 0.1), {}, "moments"),
        ((0.2, 0.1), {"p": 512}, "moments"),
        ((0.2, 0.1), {"p": 513, "n": 600}, "batches"),
        (np.geomspace(1, 0.1, 10), {"p": 513, "n": 600}, "moments"),
        (np.geomspace(1, 0.1, 9), {"p": 513, "n": 600}, "batches"),
        ((0.2,), {}, "outer loop"),
        ((0.2, 0.0), {}, "outer loop"),
        ((0.2, 0.1), {"penalty": Taxicab()}, "outer loop"),
    ],
    "batches": [
        ((0.2, 0.1), {"p": 513}, "batches"),
        ((0.2, 0.1), {"p": 513, "penalty": Net(), "low": 0.0}, "batches"),
        ((0.2, 0.1), {"p": 513, "n": 300, "stored": 64}, "batches"),
        ((0.2, 0.1), {"p": 513, "n": 300, "stored": 63}, "outer loop"),
        ((0.2,), {"p": 513}, "outer loop"),
        ((0.2, 0.1), {"p": 513, "loss": LogLoss()}, "outer loop"),
    ],
    "rotation": [
        ((0.2,), {"p": 31, "loss": LogLoss(), "penalty": L2()}, "rotation"),
        ((0.2, 0.1), {"p": 31, "loss": HINGE, "penalty": Net(l1_ratio=0.0)}, "rotation"),
        ((0.2,), {"p": 30, "loss": LogLoss(), "penalty": L2()}, "outer loop"),
        ((0.0,), {"p": 3, "n": 20, "loss": LogLoss(), "penalty": L2()}, "outer loop"),
        ((0.2,), {"p": 31, "loss": LogLoss(), "penalty": L2(), "low": 0.0}, "outer loop"),
        ((0.2,), {"p": 31, "loss": LogLoss(), "penalty": L2(), "factor": np.arange(31.0)}, "outer loop"),
        ((0.2,), {"p": 31, "loss": LogLoss(), "penalty": Net(l1_ratio=0.01)}, "outer loop"),
    ],
    "approach": [
        ((0.2,), {"loss": HINGE}, "approach"),
        ((0.2, 0.1), {"loss": HINGE, "penalty": Net()}, "approach"),
        ((0.2,), {"loss": LogLoss()}, "outer loop"),
        ((0.0,), {"loss": HINGE}, "outer loop"),
        ((0.2,), {"loss": HINGE, "penalty": Taxicab()}, "outer loop"),
        ((0.2,), {"loss": HINGE, "penalty": L2()}, "outer loop"),
    ],
    "outer loop": [
        ((0.2,), {"loss": LogLoss()}, "outer loop"),
        ((0.2,), {"penalty": Net(), "low": 0.0}, "outer loop"),
    ],
}


def test_every_route_has_an_example_that_takes_it_and_a_solver():
    names = [row.name for row in ROUTES]
    assert list(EXAMPLES) == names
    assert all(any(taken == name for *_, taken in EXAMPLES[name]) for name in names)
    assert sorted([*paths._TOGETHER, *paths._ALONE]) == sorted(names)


@pytest.mark.parametrize(
    ("strengths", "made", "taken"), [example for group in EXAMPLES.values() for example in group]
)
def test_the_route_of_a_problem(strengths, made, taken):
    assert route(*strengths, **made) == taken


def test_an_unpenalised_fit_of_wide_rows_goes_with_a_basis():
    """Where there are more columns than rows some depend on others."""
    assert route(0.0, p=31, loss=LogLoss(), penalty=L2()) == "orthonormal basis, outer loop"


def test_a_start_needs_no_approach():
    assert route(0.2, loss=HINGE, cold=False) == "outer loop"


def test_nearly_dependent_columns_without_a_penalty_get_a_basis():
    def example(distance, **made):
        rng = np.random.default_rng(0)
        given = problem(**made)
        X = rng.normal(size=(30, 4))
        X[:, 1] = X[:, 0] + distance * X[:, 2]
        c = coordinates(4, np.array([0.0, 0.0, 1.0, 1.0]))
        design = make_design(X, given.weights, True)
        return Problem(design, given.y, given.weights, given.loss, given.penalty, c)

    near, far = example(1e-6), example(1.0)
    strengths = np.array([[0.2], [0.1]])
    assert choose([near], strengths).name == "orthonormal basis, moments"
    assert choose([far], strengths).name == "moments"
    assert choose([near], strengths[:1]).name == "orthonormal basis, outer loop"
    assert choose([example(1e-6, penalty=L2())], strengths).name == "ridge path"


MODELS = [
    ({"penalty": Taxicab()}, 300, "proximal steps"),
    ({"penalty": Taxicab(0.0)}, 300, "proximal steps"),
    ({"penalty": Tilted()}, 256, "Gram block"),
    ({"penalty": Tilted()}, 257, "residuals"),
    ({"penalty": L1(), "n": 100}, 400, "Gram block"),
    ({"penalty": L1(), "n": 100}, 401, "residuals"),
    ({"penalty": L1(0.0), "n": 100}, 401, "residuals"),
    ({"penalty": L2(), "n": 5000, "loss": LogLoss()}, 500, "conjugate gradients"),
    ({"penalty": L2(), "loss": LogLoss()}, 500, "Gram block"),
    ({"penalty": L1(), "n": 5000, "loss": MultinomialLoss()}, 257, "residuals of outputs"),
    ({"penalty": L1(), "n": 5000, "loss": MultinomialLoss()}, 200, "Gram block"),
    ({"penalty": L1(), "n": 100, "loss": MultinomialLoss()}, 257, "Gram block"),
]


@pytest.mark.parametrize(("made", "count", "taken"), MODELS)
def test_the_solver_of_quadratic_models(made, count, taken):
    assert choose_inner(problem(p=500, **made), np.arange(count)).name == taken


def test_a_model_that_serves_once_is_swept_sooner():
    dense = problem(p=500, n=100)
    assert choose_inner(dense, np.arange(300), crude=True).name == "residuals"
    assert choose_inner(dense, np.arange(300)).name == "Gram block"


def test_every_solver_of_quadratic_models_has_an_example():
    assert {taken for *_, taken in MODELS} == {row.name for row in INNER}


@pytest.mark.parametrize(
    ("made", "count", "taken"),
    [
        ({}, 5, "moments of folds"),
        ({"penalty": L2(0.0)}, 5, "moments of folds"),
        ({"p": 31}, 5, "rows of folds"),
        ({}, 1 << 21, "moments of folds"),
        ({}, (1 << 21) + 1, "rows of folds"),
        ({"loss": LogLoss()}, 5, "rows of folds"),
        ({"penalty": Taxicab()}, 5, "rows of folds"),
        ({"factor": 0.0}, 5, "rows of folds"),
    ],
)
def test_the_way_through_folds(made, count, taken):
    assert choose_folds(problem(**made), count) == taken
    assert taken in {row.name for row in FOLDS}


SYSTEM = [
    ((100, 50), [1.0], 1.0, ["features", "columns that others depend on", "orthogonal", "LSQR"]),
    ((100, 50), [1.0, 2.0], 1.0, ["features", "orthogonal", "LSQR"]),
    ((50, 100), [1.0], 1.0, ["rows", "orthogonal", "LSQR"]),
    ((50, 100), [0.0], 1.0, ["orthogonal", "LSQR"]),
    ((50, 100), [1.0], 0.0, ["features", "columns that others depend on", "orthogonal", "LSQR"]),
    ((6000, 6000), [1.0], 1.0, ["orthogonal", "LSQR"]),
]


@pytest.mark.parametrize(("shape", "lam", "factor", "taken"), SYSTEM)
def test_the_ways_to_solve_linear_systems(shape, lam, factor, taken):
    class Rows:
        columns = None

    design = Rows()
    design.shape = shape
    factors = np.full(shape[1], 1.0)
    factors[0] = factor
    assert choose_systems(design, np.array(lam), factors) == taken


@pytest.mark.parametrize(
    ("shape", "dense"), [((4000, 4000), True), ((20000, 5001), False), ((300, 10**6), False)]
)
def test_sparse_rows_that_are_too_large_to_be_dense(shape, dense):
    design = sparse.csr_array(shape)
    found = choose_systems(design, np.zeros(1), np.ones(shape[1]))
    assert ("orthogonal" in found) == dense


def test_every_way_to_solve_a_system_has_an_example():
    assert {name for *_, taken in SYSTEM for name in taken} == {row.name for row in SYSTEMS}


@pytest.mark.parametrize(
    "rows", [ROUTES, INNER, FOLDS, SYSTEMS], ids=["routes", "inner", "folds", "systems"]
)
def test_the_documentation_has_the_tables_of_the_code(rows):
    assert printed(rows) in (DOCS / "design.md").read_text(encoding="utf-8")


def regression(n=40, p=6, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    return X, X[:, :2].sum(axis=1) + rng.normal(size=n)


def solved(model, X, y):
    """(solution, work) of one problem."""
    task = model._task(X, y, None)
    [solution] = model._solve(task, model._alphas(1), None)
    return solution, task.workspace.work


shapes = st.tuples(st.integers(3, 40), st.integers(1, 60), st.integers(0, 2**32 - 1))


@settings(deadline=None)
@given(shapes, st.floats(1e-3, 1e3), st.booleans())
def test_an_elastic_net_without_l1_is_ridge(shape, alpha, factors):
    X, y = regression(*shape[:2], seed=shape[2]) if shape[1] > 1 else regression(shape[0], 2, shape[2])
    n, p = X.shape
    where = {"penalty_factor": np.linspace(0.5, 2.0, p)} if factors else {}
    net, work = solved(ElasticNet(alpha, l1_ratio=0.0, **where), X, y)
    ridge = Ridge(n * alpha, **where)
    task = ridge._task(X, y, None)
    [same] = ridge._solve(task, ridge._alphas(1), None)
    largest = np.abs(same.coef).max()  # n alpha / n is alpha but for its last digit
    np.testing.assert_allclose(net.coef, same.coef, rtol=0, atol=1e-12 * largest)
    assert net.route == same.route == "linear system"
    assert net.status is same.status is Status.CONVERGED
    assert work == task.workspace.work


@settings(deadline=None)
@given(shapes, st.floats(1e-3, 10.0))
def test_a_classifier_without_l1_is_that_of_ridge(shape, alpha):
    X, y = regression(shape[0], max(shape[1], 2), shape[2])
    y = y > np.median(y)
    net, work = solved(ElasticNetClassifier(alpha, l1_ratio=0.0), X, y)
    same, other = solved(RidgeClassifier(alpha, loss="log_loss"), X, y)
    np.testing.assert_array_equal(net.coef, same.coef)
    assert (net.route, net.dual_gap, work) == (same.route, same.dual_gap, other)


@settings(deadline=None)
@given(shapes, st.floats(1e-3, 1.0))
def test_an_elastic_net_without_l2_is_the_lasso(shape, alpha):
    X, y = regression(shape[0], max(shape[1], 2), shape[2])
    net, work = solved(ElasticNet(alpha, l1_ratio=1.0), X, y)
    lasso, other = solved(Lasso(alpha), X, y)
    np.testing.assert_array_equal(net.coef, lasso.coef)
    assert (net.route, net.dual_gap, work) == (lasso.route, lasso.dual_gap, other)


@pytest.mark.parametrize("shape", [(60, 20), (20, 60)])
def test_cross_validation_without_l1_walks_no_path(shape, caplog):
    X, y = regression(*shape)
    alphas = [0.01, 0.1, 1.0]
    with caplog.at_level(logging.DEBUG, "sknormreg"):
        chosen = ElasticNetCV(l1_ratio=0.0, alphas=alphas).fit(X, y)
    taken = {message.split(":")[0] for message in caplog.messages}
    assert taken == ({"ridge path", "linear system"} if shape[0] < shape[1] else
                     {"moments of 5 folds", "linear system"})  # fmt: skip
    ridge = Ridge(len(y) * chosen.alpha_).fit(X, y)
    np.testing.assert_allclose(chosen.coef_, ridge.coef_, rtol=1e-12)


def test_a_squared_hinge_without_l1_is_rotated():
    """Newton steps in as many dimensions as there are rows, and one Gram matrix of no more."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 3000)), np.arange(60) % 3
    model = ElasticNetClassifier(0.1, l1_ratio=0.0, loss="squared_hinge")
    task = model._task(X, y, None)
    found = model._solve(task, model._alphas(3), None)
    assert {solution.route for solution in found} == {"rotation"}
    assert task.workspace.work.passes <= 12
    for solution, target in zip(found, task.targets, strict=True):
        u = 2.0 / 60 * target * np.maximum(1.0 - target * (task.problems[0].predictor(
            solution.coef, solution.intercept)[0]), 0.0)  # fmt: skip
        np.testing.assert_allclose(0.1 * solution.coef[0], u @ (X - X.mean(axis=0)), atol=1e-13)


@pytest.mark.parametrize("shape", [(60, 20), (20, 60)])
def test_a_penalty_of_a_user_counts_by_its_arrays(shape):
    """Not by its class, and in its own units."""
    X, y = regression(*shape)
    regressor = type("Recipe", (Lasso,), {"_penalty": lambda self: Doubled(self.alpha)})
    classifier = type("Recipe", (LassoClassifier,), {"_penalty": lambda self: Doubled(self.alpha)})
    found, _ = solved(regressor(0.3), X, y)
    assert found.route == "linear system"
    np.testing.assert_allclose(found.coef[0], Ridge(0.6 * len(y)).fit(X, y).coef_, rtol=1e-12)
    found, _ = solved(classifier(0.3), X, y > 0)
    assert found.route == ("outer loop" if shape[0] > shape[1] else "rotation")
    expected = RidgeClassifier(0.6, loss="log_loss").fit(X, y > 0).coef_
    np.testing.assert_allclose(found.coef, expected, rtol=1e-11, atol=1e-14)
    path = regularization_path(regressor(), X, y, [0.3, 0.03])
    ridge = regularization_path(Ridge(), X, y, [0.6 * len(y), 0.06 * len(y)])
    np.testing.assert_allclose(path.coefs, ridge.coefs, rtol=1e-11)
    np.testing.assert_allclose(path.df, ridge.df, rtol=1e-11)


def test_a_lasso_that_charges_nothing_is_least_squares_of_minimum_norm():
    X, y = regression(10, 25)
    expected = np.linalg.pinv(X - X.mean(axis=0)) @ (y - y.mean())
    for model in (Lasso(0.1, penalty_factor=0.0), Lasso(0.0), Ridge(0.0)):
        np.testing.assert_allclose(model.fit(X, y).coef_, expected, rtol=0, atol=1e-12)


def test_the_route_is_in_the_log(caplog):
    X, y = regression()
    Lasso(0.1).fit(X, y)
    assert not caplog.messages
    with caplog.at_level(logging.DEBUG, "sknormreg"):
        Lasso(0.1).fit(X, y)
        regularization_path(Lasso(), X, np.column_stack([y, -y]), 5)
        Ridge().fit(X, np.column_stack([y, -y]))
        LassoCV(cv=3).fit(X, y)
    told = [message.split(":") for message in caplog.messages]
    assert [name for name, *_ in told] == [
        "outer loop", "moments", "moments", "linear system", "moments of 3 folds", "outer loop"
    ]  # fmt: skip
    assert told[0][1] == " 40 x 6, 240 stored, 1 problems of 1 outputs at 1 strengths"
    assert "passes " in told[0][2]
    assert "newton_steps " in told[0][2]


def test_without_a_listener_no_work_is_put_into_words(monkeypatch):
    monkeypatch.setattr(paths, "copy", None)
    monkeypatch.setattr(Work, "since", None)
    Lasso(0.1).fit(*regression())


def test_what_takes_over_is_told():
    """Columns so near to dependent that their moments have lost the digits."""
    X, y = regression(200, 4)
    X[:, 3] = X[:, 2] + 1e-9 * X[:, 3]
    path = regularization_path(ElasticNet(l1_ratio=0.01), X, y, [1e-3, 1e-12])
    assert {s.route for row in path._rows for s in row} <= {"moments", "moments, then outer loop"}
    assert path._rows[-1][0].route == "moments, then outer loop"


def classes(kind, n, p, seed):
    """Rows with as many of either class: columns autocorrelated, or of a few factors, as genes are."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    if kind == "genes":
        X += rng.normal(size=(n, 10)) @ rng.normal(size=(10, p))
    else:
        X[:, 1:] += X[:, :-1]
    z = X[:, :20] @ rng.normal(size=20)
    z += 0.5 * z.std() * rng.normal(size=n)
    return X, z > np.median(z)


@settings(deadline=None)
@given(
    st.sampled_from(["chain", "genes"]), st.integers(20, 60), st.integers(200, 600),
    st.integers(0, 2**32 - 1), st.sampled_from([1e3, 1e4, 1e5]),
)  # fmt: skip
def test_a_cold_hinge_at_little_strength_takes_few_iterations(kind, n, p, seed, fraction):
    X, y = classes(kind, n, p, seed)
    model = LassoClassifier(loss="squared_hinge")
    alpha = alpha_max(model, X, y) / fraction
    found, work = solved(model.set_params(alpha=alpha), X, y)
    assert found.status is Status.CONVERGED
    assert found.route == "approach"
    assert work.passes <= found.n_iter + 10 <= 110  # one more from the start of each strength on the way
    if EXTENDED:
        model.fit(X, y)
        at = Objective(X, y, loss="squared_hinge", alpha=alpha).certify(model.coef_, model.intercept_)
        assert at.relative_gap <= 1e-8 + at.gap_rounding / at.null


def test_a_cold_hinge_on_many_columns_takes_few_iterations():
    X, y = classes("genes", 60, 7000, 0)
    model = LassoClassifier(loss="squared_hinge")
    found, work = solved(model.set_params(alpha=alpha_max(model, X, y) / 1e4), X, y)
    assert found.status is Status.CONVERGED
    assert found.n_iter <= 60
    assert work.gram_columns <= 10_000


def test_iterations_on_the_way_count():
    X, y = classes("chain", 40, 300, 0)
    model = LassoClassifier(loss="squared_hinge", max_iter=7)
    model.set_params(alpha=alpha_max(model, X, y) / 1e4)
    with pytest.warns(ConvergenceWarning, match="did not converge"):
        model.fit(X, y)
    assert model.n_iter_ == [7]


@pytest.mark.parametrize("stop", range(1, 10))  # some of them where a stage is certified
def test_a_callback_stops_on_the_way(stop):
    X, y = classes("chain", 40, 300, 0)
    model = LassoClassifier(loss="squared_hinge")
    task = model.set_params(alpha=alpha_max(model, X, y) / 1e4)._task(X, y, None)
    seen = []
    [found] = paths.solve_from(
        task.at(model._alphas(1)), [None], workspace=Workspace(), tol=1e-8,
        callback=lambda coef, intercept: seen.append(coef) or len(seen) == stop,
    )  # fmt: skip
    assert found.status is Status.STOPPED
    assert len(seen) == stop
    np.testing.assert_array_equal(found.coef, seen[-1])
    assert found.dual_gap > 1e-8 * found.null_objective


def test_sets_grow_faster_where_columns_are_short():
    X = sparse.random(1000, 2000, density=0.005, format="csc", random_state=0)
    y = np.arange(1000) % 2

    def of(X, loss):
        model = LassoClassifier(0.01, loss=loss)
        return growth(model._task(X, y, None).at(model._alphas(1))[0])

    assert of(X, "log_loss") > of(X.toarray(), "log_loss") == of(X, "squared_hinge")
