"""The exercise of docs/add_a_penalty.md: `python docs/code/taxicab.py`."""

import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.preprocessing import scale

from sknormreg import Lasso, LassoClassifier
from sknormreg.penalties import SeparablePenalty


class Taxicab(SeparablePenalty):
    """Omega(w) = alpha sum_j f_j |w_j|: the L1 norm, as if it were new."""

    def __init__(self, alpha=1.0):
        self.alpha = alpha

    def value(self, w, c, each=False):
        terms = self.alpha * c.factor * np.abs(w)
        return terms if each else float(terms.sum())

    def slope(self, w, a):
        return a

    def maximiser(self, v, a):
        return np.where(np.abs(v) <= a, 0.0, np.copysign(np.inf, v))

    def recession(self, a):
        return a

    def unbounded_prox(self, x, step, a):
        return x - np.clip(x, -step * a, step * a)

    def curvature(self, w, a):
        return np.zeros_like(w)

    def alpha_max(self, grad, c):
        free = np.where(grad < 0.0, c.high > 0.0, c.low < 0.0) & (c.factor > 0.0)
        return float(np.max(np.abs(grad[free]) / c.factor[free], initial=0.0))


class TaxicabRegressor(Lasso):
    """All that a recipe names is its penalty."""

    def _penalty(self):
        return Taxicab(self.alpha)


class TaxicabClassifier(LassoClassifier):
    def _penalty(self):
        return Taxicab(self.alpha)


class CompiledTaxicab(Taxicab):
    """The second step: Omega(w) = sum_j l1_j |w_j| + l2_j / 2 w_j^2."""

    def l1_and_l2(self, c):
        return self.alpha * c.factor, np.zeros_like(c.factor)


class CompiledTaxicabRegressor(Lasso):
    def _penalty(self):
        return CompiledTaxicab(self.alpha)


def compare(new, reference, X, y):
    a, b = new.fit(X, y), reference.fit(X, y)
    largest = np.max(np.abs(b.coef_))
    difference = np.max(np.abs(a.coef_ - b.coef_)) / largest
    zeros = np.count_nonzero(a.coef_ == 0.0)
    name = type(new).__name__
    print(f"{name:<26}{a.dual_gap_:>12.1e}{zeros:>8}{difference:>14.1e}")
    assert difference < 1e-9
    assert np.array_equal(a.coef_ == 0.0, b.coef_ == 0.0)


def main():
    print(f"{'':<26}{'dual gap':>12}{'zeros':>8}{'difference':>14}")
    X, y = load_diabetes(return_X_y=True)
    weights = np.linspace(0.0, 2.0, X.shape[1])
    options = {"alpha": 0.1, "penalty_factor": weights, "bounds": (-300.0, 400.0)}
    compare(TaxicabRegressor(**options), Lasso(**options), X, y)
    compare(CompiledTaxicabRegressor(**options), Lasso(**options), X, y)
    X, y = load_breast_cancer(return_X_y=True)
    compare(TaxicabClassifier(alpha=0.01), LassoClassifier(alpha=0.01), scale(X), y)


if __name__ == "__main__":
    main()
