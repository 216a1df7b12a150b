"""The problems that the peers are compared on, and the gap they are held to."""

from dataclasses import dataclass

import numpy as np

TARGET = 1e-7  # relative duality gap that every solver has to reach


@dataclass
class Problem:
    name: str
    X: np.ndarray
    y: np.ndarray
    alpha: float
    logistic: bool = False

    def relative_gap(self, coef, intercept):
        """Duality gap over the objective at zero, from the definition (see docs/objectives.md)."""
        w, n = np.ravel(coef), self.y.size
        z = self.X @ w + float(np.ravel(intercept)[0])
        u = (self.y - (1 / (1 + np.exp(-z)) if self.logistic else z)) / n
        u -= u.mean()
        u *= min(1.0, self.alpha / np.abs(self.X.T @ u).max())
        penalty = self.alpha * np.abs(w).sum()
        if not self.logistic:
            centred = self.y - self.y.mean()
            null = centred @ centred / (2 * n)
            primal = np.sum((self.y - z) ** 2) / (2 * n) + penalty
            return (primal - (u @ centred - n / 2 * u @ u)) / null
        share = self.y.mean()
        null = -(share * np.log(share) + (1 - share) * np.log(1 - share))
        primal = np.mean(np.logaddexp(0.0, np.where(self.y > 0, -z, z))) + penalty
        q = np.clip(self.y - n * u, 1e-300, 1.0)
        other = np.clip(1.0 - self.y + n * u, 1e-300, 1.0)
        return (primal + np.mean(q * np.log(q) + other * np.log(other))) / null


def correlated(n, p, rho, k, snr, seed=0):
    """Columns AR(1) with correlation rho, k normal coefficients, snr = |Xw| / |noise|."""
    rng = np.random.default_rng(seed)
    X = np.empty((n, p), order="F")
    X[:, 0] = rng.standard_normal(n)
    for j in range(1, p):
        X[:, j] = rho * X[:, j - 1] + np.sqrt(1 - rho**2) * rng.standard_normal(n)
    w = np.zeros(p)
    w[rng.choice(p, k, replace=False)] = rng.standard_normal(k)
    signal = X @ w
    return X, signal + rng.standard_normal(n) * signal.std() / snr


def lasso_problems():
    for n, p, rho, k in ((500, 20000, 0.5, 50), (2000, 2000, 0.9, 100), (50000, 300, 0.5, 50)):
        X, y = correlated(n, p, rho, k, snr=5)
        alpha = np.abs(X.T @ (y - y.mean())).max() / n / 100
        yield Problem(f"lasso {n} x {p}, rho {rho}, alpha_max/100", X, y, alpha)
    X, y = correlated(1000, 2000, 0.0, 100, snr=5)
    yield Problem("lasso 1000 x 2000, rho 0, alpha 1e-3", X, y, 1e-3)


def logistic_problems():
    for n, p, rho, k in ((500, 20000, 0.5, 50), (2000, 2000, 0.9, 100), (50000, 300, 0.5, 50)):
        X, y = correlated(n, p, rho, k, snr=5)
        y = (y > np.median(y)).astype(float)
        alpha = np.abs(X.T @ (y - y.mean())).max() / n / 100
        yield Problem(f"L1 logistic {n} x {p}, rho {rho}, alpha_max/100", X, y, alpha, logistic=True)
