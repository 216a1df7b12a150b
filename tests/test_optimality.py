"""KKT conditions and gaps of random fits, verified by code that knows nothing of the solver.

A `Case` is a row of plain choices, so a failure shrinks to the fewest of them and prints itself;
`seed` fills in the numbers.
"""

import os
import warnings
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, example, given, note, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from optimality import EXTENDED, LOSSES, Objective
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning

from sknormreg import (
    ElasticNet,
    ElasticNetClassifier,
    Lasso,
    LassoClassifier,
    Ridge,
    RidgeClassifier,
)

pytestmark = pytest.mark.skipif(not EXTENDED, reason="the verifier needs an extended long double")

RELATIVE_GAP = 1e-8
# In units of eps times the norms behind each gradient: the finish runs far past the 1e-4 that such
# a gap would promise, and two evaluations of one gap differ by no more than its gradients do.
ROUNDING = 1e-10 / np.finfo(float).eps


@dataclass(frozen=True)
class Case:
    n: int
    p: int
    seed: int
    defects: tuple
    powers: tuple  # of ten: scale of X, scale of y
    means: tuple  # of X and y, in deviations
    weights: str
    factors: str
    bounds: str
    storage: str
    fit_intercept: bool
    fraction: float  # of alpha_max
    l1_ratio: float


def within_reach(case):
    """The case, less what no Gram matrix in double precision can hold (docs/design.md, "Limits").

    Columns whose means are not centred away differ by 1e-8 of their size, and centred ones of low rank are
    told apart by the rounding of their means alone, like the duplicate that is -3 times another column, or
    where one row has nearly all the weight; unpenalised columns whose rows are weighted 1e16 apart are no
    better. Each squares to the rounding level.
    """
    apart = case.factors == "zeros" or "duplicated" in case.defects or case.weights == "extreme"
    if not case.fit_intercept or case.storage in ("csr", "csc") or apart:
        case = replace(case, means=(min(case.means[0], 1.0), case.means[1]))
    if case.factors == "zeros" and case.weights == "extreme":
        case = replace(case, weights="uniform")
    return case


DEFECTS = ("duplicated", "constant", "zero", "low rank", "correlated", "ties", "spread", "exact")
cases = st.builds(
    Case,
    n=st.integers(1, 40),
    p=st.one_of(st.integers(1, 12), st.integers(1, 120)),
    seed=st.integers(0, 2**20),
    defects=st.lists(st.sampled_from(DEFECTS), max_size=3, unique=True).map(tuple),
    powers=st.tuples(*[st.just(0) | st.integers(-100, 100)] * 2),
    means=st.tuples(*[st.sampled_from([0.0, 1.0, 1e8])] * 2),
    weights=st.sampled_from(["none", "uniform", "zeros", "extreme"]),
    factors=st.sampled_from(["ones", "random", "zeros"]),
    bounds=st.sampled_from(["none", "positive", "box", "mixed", "above zero"]),
    storage=st.sampled_from(["C", "F", "csr", "csc"]),
    fit_intercept=st.booleans(),
    fraction=st.floats(-3.0, 0.08).map(lambda power: 10.0**power),
    l1_ratio=st.sampled_from([0.5, 1.0, 0.99, 0.01, 0.0]),
).map(within_reach)


def examples(count):
    """Fresh cases at every run; in CI three times as many and the same ones: it judges the change."""
    fixed = os.environ.get("CI") == "true"
    checks = [HealthCheck.too_slow]
    return settings(
        max_examples=count if fixed else count // 3,
        deadline=None,
        derandomize=fixed,
        suppress_health_check=checks,
    )


def make_rows(case, rng):
    """X (n, p) and what is linear in y: X centred, of deviation one unless a defect says otherwise."""
    n, p = case.n, case.p
    X = rng.normal(size=(n, p))
    if "low rank" in case.defects:
        rank = 1 + min(n, p) // 3
        X = X[:, :rank] @ rng.normal(size=(rank, p)) / np.sqrt(rank)
    if "correlated" in case.defects:
        X = X.cumsum(axis=1) / np.sqrt(p)
    if "ties" in case.defects:
        X = np.clip(np.rint(X), -1, 1)
    spread = 10.0 ** rng.integers(-3, 4, size=p) if "spread" in case.defects else np.ones(p)
    X = X * spread
    keep = np.ones((n, p), dtype=bool)
    if case.storage in ("csr", "csc"):
        keep = rng.random((n, p)) < rng.choice([0.3, 1.0], size=p)  # some columns store every row
    signal = X * keep
    X = (X + case.means[0] * spread) * keep
    some = rng.permutation(p)
    if "constant" in case.defects:
        X[:, some[0]] = 0.1
    if "zero" in case.defects:
        X[:, some[p // 2]] = 0.0
    if "duplicated" in case.defects:
        X[:, some[-1]] = X[:, some[0]]
        X[:, some[p // 3]] = -3.0 * X[:, some[0]]
    return X * 10.0 ** case.powers[0], signal / spread


def stored(X, storage):
    if storage in ("csr", "csc"):
        return sparse.csr_array(X) if storage == "csr" else sparse.csc_array(X)
    return np.asarray(X, order=storage)


def make_options(case, rng, unit):
    """Weights of n rows, and what objective and estimator share; coefficients are about `unit`."""
    p = case.p
    weights = {
        "none": None,
        "uniform": rng.random(case.n) + 0.1,
        "zeros": rng.integers(0, 3, case.n) * 1.0,
        "extreme": 10.0 ** rng.uniform(-8, 8, case.n),
    }[case.weights]
    factors = {
        "ones": None,
        "random": 10.0 ** rng.uniform(-1, 1, p),
        "zeros": rng.choice([0.0, 1.0, 2.0], p),
    }[case.factors]
    half = np.where(rng.random(p) < 0.5, np.inf, 0.2 * unit)
    bounds = {
        "none": (-np.inf, np.inf),
        "positive": (0.0, np.inf),
        "box": (-0.2 * unit, 0.3 * unit),
        "mixed": (-half, np.where(rng.random(p) < 0.5, 0.0, half)),
        "above zero": (0.05 * unit, 0.3 * unit),
    }[case.bounds]
    return weights, {
        "penalty_factor": factors, "bounds": bounds, "fit_intercept": case.fit_intercept
    }  # fmt: skip


def assert_optimal(model, objective):
    found = objective.certify(model.coef_, model.intercept_)
    note(f"{found}\ndual_gap_={model.dual_gap_}, n_iter_={model.n_iter_}")
    coef = np.reshape(model.coef_, objective.l1.shape)
    assert np.all((objective.low <= coef) & (coef <= objective.high))
    assert found.relative_gap <= RELATIVE_GAP
    assert found.kkt.max() <= ROUNDING
    assert found.kkt_intercept.max() <= ROUNDING
    gap = np.sum(model.dual_gap_)  # one per class where they are fitted one against the rest
    assert abs(gap - found.gap) <= 1e-6 * found.gap + ROUNDING * found.gap_rounding
    assert np.all(np.asarray(model.n_iter_) >= 1)
    penalised = objective.l1 > 0
    assert not coef[penalised & ~objective.X.any(axis=0) & (objective.origin == 0)].any()
    if objective.headroom < 1 - 1e-9 and penalised.all() and not objective.l2.any():
        np.testing.assert_array_equal(coef, objective.origin.astype(float))
    return found


def strength(case, unit, l1_ratio):
    """The fraction of alpha_max (of the largest curvature where only the L2 norm acts)."""
    if l1_ratio == 0.0:
        return case.fraction**3 * float(unit.steepest) or case.fraction
    reference = unit.headroom if unit.headroom > 1e-6 * unit.natural else unit.natural
    return case.fraction * float(reference) or case.fraction


def regression(case):
    rng = np.random.default_rng(case.seed)
    X, signal = make_rows(case, rng)
    true = rng.normal(size=case.p) * (rng.random(case.p) < 0.3)
    noise = 0.0 if "exact" in case.defects else 0.5
    y = signal @ true + noise * rng.normal(size=case.n) + case.means[1]
    weights, options = make_options(case, rng, 10.0 ** (case.powers[1] - case.powers[0]))
    if weights is not None:
        weights[0] = max(weights[0], 1.0)
    return X, y * 10.0 ** case.powers[1], weights, options


def check_regression(case, name, X, y, weights, options):
    l1_ratio = {"Ridge": 0.0, "Lasso": 1.0, "ElasticNet": case.l1_ratio}[name]
    shared = dict(loss="squared", sample_weight=weights, l1_ratio=l1_ratio, **options)
    shared["averaged"] = name != "Ridge"
    alpha = strength(case, Objective(X, y, alpha=1.0, **shared), l1_ratio)
    objective = Objective(X, y, alpha=alpha, **shared)
    assume(objective.null < 1e290)  # bounds away from zero may cost more than a double holds
    make = {"Ridge": Ridge, "Lasso": Lasso, "ElasticNet": ElasticNet}[name]
    extra = {"l1_ratio": case.l1_ratio} if name == "ElasticNet" else {}
    model = make(alpha=alpha, **extra, **options)
    model.fit(stored(X, case.storage), y, sample_weight=weights)
    return assert_optimal(model, objective)


@pytest.mark.parametrize("loss", LOSSES)
@examples(30)
@given(case=cases, size=st.sampled_from([1e-3, 1.0, 10.0]))
def test_the_verifier_bounds_what_any_other_point_gains(loss, case, size):
    """No solver here: P - D at one random point is at least its lead over another."""
    case = replace(case, powers=(0, 0), means=(0.0, 0.0), weights="uniform")
    X, y, weights, options = regression(case) if loss == "squared" else classification(case, 3)
    objective = Objective(
        X, y, loss=loss, alpha=0.1, l1_ratio=case.l1_ratio, sample_weight=weights, **options
    )
    rng = np.random.default_rng(case.seed)
    points = size * rng.normal(size=(2, *objective.l1.shape)) * (rng.random(case.p) < 0.5)
    one, other = (objective.certify(np.clip(w, objective.low, objective.high), 0.0) for w in points)
    assert one.objective - other.objective <= one.gap * (1 + 1e-12)
    assert other.objective - one.objective <= other.gap * (1 + 1e-12)


def test_the_verifier_on_a_closed_form():
    """Soft thresholding on orthogonal columns; one part in a million off is noticed."""
    X = np.kron(np.eye(3), [[1.0], [-1.0]])
    y = np.array([3.0, -2.0, 0.6, -0.4, -1.0, 1.0])
    objective = Objective(X, y, loss="squared", alpha=0.25)
    coef = np.array([2.5, 0.5, -1.0]) + 0.25 * 3 * np.array([-1.0, -1.0, 1.0])
    coef[1] = 0.0  # 0.5 is below the threshold 0.75
    found = objective.certify(coef, y.mean())
    assert found.relative_gap <= 1e-30
    assert found.kkt.max() <= 1
    off = objective.certify(coef * (1 + 1e-6), y.mean())
    assert off.gap >= off.objective - found.objective > 0
    assert off.kkt.max() > ROUNDING


@pytest.mark.parametrize("name", ["Lasso", "ElasticNet", "Ridge"])
@examples(300)
@given(case=cases)
def test_regression(name, case):
    check_regression(case, name, *regression(case))


@pytest.mark.parametrize("name", ["Lasso", "ElasticNet", "Ridge"])
@examples(100)
@given(data=st.data())
def test_regression_on_small_integers(name, data):
    """Exact ties, duplicates and rank deficiency, entry by entry: these shrink to the number."""
    n, p = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 5))
    X = data.draw(arrays(float, (n, p), elements=st.integers(-2, 2)))
    y = data.draw(arrays(float, n, elements=st.integers(-3, 3)))
    case = data.draw(cases.map(lambda c: replace(c, n=n, p=p, powers=(0, 0), weights="none")))
    _, options = make_options(case, np.random.default_rng(case.seed), 1.0)
    case = replace(case, fraction=data.draw(st.sampled_from([1.0, 0.5, 0.25, 1e-3])))
    check_regression(case, name, X, y, None, options)


@pytest.mark.parametrize("name", ["Lasso", "ElasticNet"])
@examples(60)
@given(case=cases)
def test_certificate_of_an_early_stop(name, case):
    """One iteration from the end or not, dual_gap_ bounds what is still to be gained."""
    X, y, weights, options = regression(replace(case, p=case.p + 100, means=(0.0, 0.0)))
    options["penalty_factor"] = None
    check_early_stop(
        {"Lasso": Lasso, "ElasticNet": ElasticNet}[name], "squared", case, X, y, weights, options
    )


def check_early_stop(make, loss, case, X, y, weights, options):
    extra = {} if make in (Lasso, LassoClassifier) else {"l1_ratio": case.l1_ratio}
    shared = dict(loss=loss, sample_weight=weights, **extra, **options)
    alpha = 0.1 * strength(case, Objective(X, y, alpha=1.0, **shared), extra.get("l1_ratio", 1.0))
    objective = Objective(X, y, alpha=alpha, **shared)
    assume(objective.null < 1e290)
    given_loss = {} if loss == "squared" else {"loss": loss}
    best = make(alpha=alpha, **extra, **given_loss, **options).fit(X, y, sample_weight=weights)
    best = objective.certify(best.coef_, best.intercept_).objective
    for max_iter in (1, 2):
        model = make(alpha=alpha, max_iter=max_iter, **extra, **given_loss, **options)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(X, y, sample_weight=weights)
        found = objective.certify(model.coef_, model.intercept_)
        note(f"{found}\ndual_gap_={model.dual_gap_}, best={best}")
        slack = ROUNDING * found.gap_rounding
        assert np.max(model.n_iter_) == max_iter or found.relative_gap <= RELATIVE_GAP
        assert found.objective - best <= model.dual_gap_ * (1 + 1e-6) + slack
        assert abs(model.dual_gap_ - found.gap) <= 1e-6 * found.gap + slack


def classification(case, n_classes, separable=False):
    """Labels 0..K-1, each with weight.

    With unpenalised columns every row occurs in every class, so that a finite minimiser exists.
    """
    rng = np.random.default_rng(case.seed)
    case = replace(case, n=case.n + n_classes, powers=(case.powers[0], 0), means=(case.means[0], 0))
    X, signal = make_rows(case, rng)
    y = np.argmax(signal @ rng.normal(size=(case.p, n_classes)), axis=1)
    if not separable:
        y = np.where(rng.random(case.n) < 0.3, rng.integers(0, n_classes, case.n), y)
    y[:n_classes] = np.arange(n_classes)
    weights, options = make_options(case, rng, 10.0 ** -case.powers[0])
    if weights is not None:
        weights[:n_classes] = np.maximum(weights[:n_classes], 1.0)
    if case.factors == "zeros":
        X = np.vstack([X] * n_classes)
        y = np.concatenate([(y + shift) % n_classes for shift in range(n_classes)])
        weights = np.ones(case.n) if weights is None else weights
        weights = np.concatenate([weights] + [0.1 * weights] * (n_classes - 1))
    return X, y, weights, options


CLASSIFIERS = {
    "L1": (LassoClassifier, 1.0),
    "elastic net": (ElasticNetClassifier, None),
    "L2": (RidgeClassifier, 0.0),
}


def check_classifier(case, name, loss, n_classes, **kind):
    X, y, weights, options = classification(case, n_classes, **kind)
    make, l1_ratio = CLASSIFIERS[name]
    l1_ratio = case.l1_ratio if l1_ratio is None else l1_ratio
    shared = dict(loss=loss, sample_weight=weights, l1_ratio=l1_ratio, **options)
    alpha = strength(case, Objective(X, y, alpha=1.0, **shared), l1_ratio)
    objective = Objective(X, y, alpha=alpha, **shared)
    extra = {"l1_ratio": l1_ratio} if name == "elastic net" else {}
    model = make(alpha=alpha, loss=loss, **extra, **options)
    model.fit(stored(X, case.storage), y, sample_weight=weights)
    assert_optimal(model, objective)
    if loss == "log_loss" and n_classes > 2:  # what the loss leaves open sums to zero
        rows = np.column_stack([model.intercept_, model.coef_[:, objective.l1[0] + objective.l2[0] == 0]])
        if case.bounds == "none":
            assert np.all(np.abs(rows.sum(axis=0)) <= 1e-10 * np.abs(rows).max(axis=0))


names = pytest.mark.parametrize("name", CLASSIFIERS)


@names
@examples(100)
@given(case=cases)
def test_binary_log_loss(name, case):
    check_classifier(case, name, "log_loss", 2)


# Wide sparse rows of which fewer are independent, columns far apart in units: squares lose some of them.
LOST = Case(
    n=11, p=18, seed=0, defects=("duplicated", "spread"), powers=(0, 0), means=(0.0, 0.0), weights="none",
    factors="ones", bounds="none", storage="csr", fit_intercept=False, fraction=1.0, l1_ratio=0.5,
)  # fmt: skip


@names
@examples(60)
@example(case=LOST, n_classes=4)
@given(case=cases.filter(lambda c: c.p <= 40), n_classes=st.integers(3, 5))
def test_multinomial_log_loss(name, case, n_classes):
    check_classifier(case, name, "log_loss", n_classes)


@pytest.mark.parametrize("name", ["L1", "elastic net"])
@examples(100)
@given(case=cases, n_classes=st.integers(2, 4))
def test_squared_hinge(name, case, n_classes):
    check_classifier(case, name, "squared_hinge", n_classes)


@names
@examples(60)
@given(case=cases, n_classes=st.integers(2, 3), loss=st.sampled_from(["log_loss", "squared_hinge"]))
def test_separable_classes_at_small_alpha(name, case, n_classes, loss):
    weights = "uniform" if case.weights == "extreme" else case.weights  # margins beyond 1e8 otherwise
    loss = "log_loss" if name == "L2" else loss
    case = replace(case, fraction=case.fraction * 1e-3, factors="ones", p=min(case.p, 40), weights=weights)
    check_classifier(case, name, loss, n_classes, separable=True)


@examples(60)
@given(case=cases, loss=st.sampled_from(["log_loss", "squared_hinge"]))
def test_certificate_of_an_early_stop_of_a_classifier(case, loss):
    case = replace(case, means=(0.0, 0.0), factors="random")
    X, y, weights, options = classification(case, 2)
    check_early_stop(ElasticNetClassifier, loss, case, X, y, weights, options)
