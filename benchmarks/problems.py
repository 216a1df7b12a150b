"""The problems that the peers are compared on, and the gap they are held to."""

from dataclasses import dataclass, replace

import numpy as np
from gaps import LOSSES, relative_gap
from scipy import sparse
from sklearn.model_selection import StratifiedKFold

TARGET = 1e-7  # relative duality gap that every solver has to reach
FOLDS = 5


@dataclass
class Problem:
    """Mean loss + alpha |w|_1, or + alpha / 2 |w|^2."""

    name: str
    X: np.ndarray
    y: np.ndarray
    alpha: float
    loss: str = "squared"
    penalty: str = "l1"
    fit_intercept: bool = True

    def relative_gap(self, coef, intercept):
        """Duality gap over the objective at zero, from the definition (see docs/objectives.md)."""
        stated = {"alpha": self.alpha, "loss": self.loss, "penalty": self.penalty}
        return relative_gap(self.X, self.y, coef, intercept, **stated, fit_intercept=self.fit_intercept)

    def gap_of(self, estimator):
        """Of a fitted one."""
        return self.relative_gap(estimator.coef_, estimator.intercept_)

    @property
    def bytes(self):
        """What one pass over X reads: its values, and where they are."""
        X = self.X
        return X.data.nbytes + X.indices.nbytes if sparse.issparse(X) else X.nbytes

    @property
    def shape(self):
        rows, columns = self.X.shape
        stored = f", {self.X.nnz} non-zeros" if sparse.issparse(self.X) else ""
        return f"{rows} x {columns}{stored}"


class Search(Problem):
    """20 strengths, the last of them the problem's, chosen from by the accuracy on held-out folds."""

    @property
    def alphas(self):
        return np.geomspace(strongest(self.X, self.y, self.loss, self.fit_intercept), self.alpha, 20)

    def gap_of(self, search):
        """The worst of all models that the search keeps: those of every fold, or the one it chose."""
        paths = getattr(search, "coefs_paths_", None)
        if paths is None:
            best = search.best_estimator_
            return replace(self, alpha=best.alpha).relative_gap(best.coef_, best.intercept_)
        (paths,) = paths.values()
        gaps = []
        for (train, _), path in zip(StratifiedKFold(FOLDS).split(self.X, self.y), paths, strict=True):
            X, y = self.X[train], self.y[train]
            for alpha, coef in zip(self.alphas, path.reshape(self.alphas.size, -1), strict=True):
                gaps.append(replace(self, X=X, y=y, alpha=alpha).relative_gap(coef, 0))
        return max(gaps)


def strongest(X, y, loss="squared", fit_intercept=True):
    """alpha_max of an L1 norm: the smallest alpha at which all coefficients are zero."""
    loss = LOSSES[loss](y, fit_intercept)
    z = np.zeros((len(y), loss.outputs))
    return np.abs(X.T @ loss.pull(loss.settle(z) if fit_intercept else z)).max() / len(y)


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


def text(n, vocabulary, words=60, seed=0):
    """Unit rows of log-idf: words drawn with probability 1 / (rank + 5), those of three rows or more."""
    rng = np.random.default_rng(seed)
    chance = 1 / (np.arange(1, vocabulary + 1) + 5)
    drawn = rng.choice(vocabulary, size=(n, words), p=chance / chance.sum())
    starts = np.arange(0, n * words + 1, words, dtype=np.int32)
    counted = np.ones(n * words), drawn.ravel().astype(np.int32), starts
    X = sparse.csr_array(counted, shape=(n, vocabulary))
    X.sum_duplicates()
    rows = np.bincount(X.indices, minlength=vocabulary)
    X = X[:, rows >= 3]
    X.data *= np.log(n / rows[rows >= 3])[X.indices]
    X.data /= np.repeat(np.sqrt((X**2).sum(axis=1)), np.diff(X.indptr))
    return sparse.csc_matrix(X)


def one_hot(n, variables, levels, seed=0):
    """Variables of equally likely levels, the first level of each left out."""
    drawn = np.random.default_rng(seed).integers(levels, size=(n, variables))
    rows, which = np.nonzero(drawn)
    columns = drawn[rows, which] - 1 + which * (levels - 1)
    places = rows.astype(np.int32), columns.astype(np.int32)
    return sparse.csc_matrix((np.ones(rows.size), places), shape=(n, variables * (levels - 1)))


def signal(X, k, outputs=1, noise=0.5, seed=1):
    """(n, outputs): sums of k columns with normal coefficients, and noise in parts of their deviation."""
    rng = np.random.default_rng(seed)
    w = np.zeros((X.shape[1], outputs))
    for column in w.T:
        column[rng.choice(X.shape[1], k, replace=False)] = rng.standard_normal(k)
    made = X @ w
    return made + noise * made.std(axis=0) * rng.standard_normal(made.shape)


def halves(y):
    """Two classes of the same size."""
    return (y > np.median(y)).astype(int)


def labels(scores):
    """The class whose score is largest, of those that are the largest of some row: 0, 1, ..."""
    centred = (scores - scores.mean(axis=0)) / scores.std(axis=0)
    return np.unique(centred.argmax(axis=1), return_inverse=True)[1]


def genes(n, p, factors=10, seed=0):
    """Few rows of many correlated columns: latent factors and as much noise."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, factors)) @ rng.standard_normal((factors, p)) / np.sqrt(factors)
    return np.asfortranarray(X + rng.standard_normal((n, p)))


def lasso_problems():
    for n, p, rho, k in ((500, 20000, 0.5, 50), (2000, 2000, 0.9, 100), (50000, 300, 0.5, 50)):
        X, y = correlated(n, p, rho, k, snr=5)
        yield Problem(f"lasso {n} x {p}, rho {rho}, alpha_max/100", X, y, strongest(X, y) / 100)
    X, y = correlated(1000, 2000, 0.0, 100, snr=5)
    yield Problem("lasso 1000 x 2000, rho 0, alpha 1e-3", X, y, 1e-3)


def logistic_problems():
    for n, p, rho, k in ((500, 20000, 0.5, 50), (2000, 2000, 0.9, 100), (50000, 300, 0.5, 50)):
        X, y = correlated(n, p, rho, k, snr=5)
        y = halves(y)
        alpha = strongest(X, y, "log_loss") / 100
        yield Problem(f"L1 logistic {n} x {p}, rho {rho}, alpha_max/100", X, y, alpha, "log_loss")
