"""Information criteria with a known variance of the noise, and where it cannot be known."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.linear_model import LassoLarsIC

from sknormreg import ElasticNetCV, LassoCV, RidgeCV


def data(n, p, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    return X, X[:, :3] @ [3.0, -2.0, 1.5] + rng.normal(size=n)


TALL, WIDE = data(80, 12), data(50, 120)


@pytest.mark.parametrize("rule", ["aic", "bic"])
@pytest.mark.parametrize(
    ("given", "sample"), [(None, TALL), (0.7, TALL), (1.0, WIDE)], ids=["tall", "given", "wide"]
)
def test_the_criterion_of_lars(rule, given, sample):
    """At its knots: the same up to the charge for the intercept, which is the same for all."""
    X, y = sample
    theirs = LassoLarsIC(criterion=rule, noise_variance=given).fit(X, y)
    ours = LassoCV(alphas=theirs.alphas_[1:10] * (1 + 1e-9), alpha_rule=rule, noise_variance=given).fit(
        X, y
    )
    assert ours.noise_variance_ == pytest.approx(theirs.noise_variance_)
    charge = 2.0 if rule == "aic" else np.log(len(y))
    assert_allclose(-ours.mean_score_path_ - charge, theirs.criterion_[1:10], rtol=1e-6)


def test_given_for_each_target():
    X, y = TALL
    both = np.column_stack([y, 100.0 * y[::-1]])
    noise = [1.0, 1e4]
    model = LassoCV(alphas=[3.0, 0.3, 0.03], alpha_rule="bic", noise_variance=noise).fit(X, both)
    assert_allclose(model.noise_variance_, noise)
    alone = [
        LassoCV(alphas=[3.0, 0.3, 0.03], alpha_rule="bic", noise_variance=v).fit(X, both[:, k])
        for k, v in enumerate(noise)
    ]
    assert_allclose(model.mean_score_path_, sum(part.mean_score_path_ for part in alone))
    estimated = LassoCV(alphas=[3.0, 0.3], alpha_rule="bic").fit(X, both).noise_variance_
    assert_allclose(estimated, [least_squares_noise(X, target) for target in both.T])


def least_squares_noise(X, y):
    rows = np.column_stack([X, np.ones(len(y))])
    return np.sum((y - rows @ np.linalg.lstsq(rows, y, rcond=None)[0]) ** 2) / (len(y) - rows.shape[1])


@pytest.mark.parametrize("kind", [LassoCV, ElasticNetCV, RidgeCV])
def test_bounds_and_factors_leave_the_estimate_alone(kind):
    X, y = TALL
    options = {"positive": True, "penalty_factor": np.arange(12.0)}
    model = kind(alphas=[1.0, 0.1], alpha_rule="bic", **options).fit(X, y)
    assert model.noise_variance_ == pytest.approx(least_squares_noise(X, y))


@pytest.mark.parametrize("rule", ["aic", "bic", "ebic"])
@pytest.mark.parametrize("kind", [LassoCV, ElasticNetCV])
def test_a_saturated_choice_warns(kind, rule):
    X, y = data(30, 200, seed=3)
    options = {} if kind is LassoCV else {"l1_ratio": 0.95}
    model = kind(alphas=25, alpha_rule=rule, eps=1e-4, **options)
    with pytest.warns(UserWarning, match=f"alpha_rule='{rule}' chose a fit with .* noise_variance"):
        model.fit(X, y)
    assert np.count_nonzero(model.coef_) > 25
    assert not hasattr(model, "noise_variance_")
    model.set_params(noise_variance=1.0).fit(X, y)
    assert model.noise_variance_ == 1.0
    assert set(range(3)) <= set(np.flatnonzero(model.coef_))
    assert np.count_nonzero(model.coef_) < 25


def test_few_spare_samples_warn():
    """30 samples, 28 features: the estimate has one degree of freedom."""
    X, y = data(30, 28, seed=4)
    with pytest.warns(UserWarning, match="degrees of freedom for 30 samples"):
        RidgeCV(alphas=[1e-8, 1e-6], alpha_rule="aic").fit(X, y)


@pytest.mark.parametrize("noise", [[1.0, 2.0], [-1.0], [0.0], [np.inf]])
def test_bad_input(noise):
    with pytest.raises(ValueError, match="noise_variance must be a positive number"):
        LassoCV(alphas=3, alpha_rule="bic", noise_variance=noise).fit(*TALL)
