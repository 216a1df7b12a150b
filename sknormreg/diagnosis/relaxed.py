"""The relaxed lasso: a fit without penalty on the coordinates that a penalty has chosen.

    w(gamma) = gamma w_penalised + (1 - gamma) w_refitted

(Hastie, Tibshirani and Tibshirani, Statistical Science 35 (2020), eq. 5; after Meinshausen, 2007.) The
refit minimises the same loss within the same bounds; coordinates without a coefficient keep none.
"""

from dataclasses import replace

import numpy as np

from ..penalties import L1, Coordinates
from ..problem import Problems
from ..solvers.inner.gram import minimise
from ..solvers.model import GramModel
from ..solvers.paths import solve_from
from ..solvers.solution import Status
from ..solvers.workspace import Workspace
from ..unpenalised import cholesky

_EPS = np.finfo(float).eps
_SURE = 1e-6  # squared pivots from here on, relative, leave ten digits to a solution from a Gram matrix


def refitted(problem, coefs, tol, max_iter):
    """A solution without penalty on the support of each of coefs (A, K, p), in the order given.

    Where the loss has no minimiser, it has none with more coordinates: that support is not solved again.
    """
    known, endless, found = {}, [], []
    for coef in coefs:
        support = coef != 0
        key = support.tobytes()
        if key not in known:
            within = (known[inner] for inner, part in endless if not np.any(part & ~support))
            known[key] = next(within, None) or _refit(problem, coef, tol, max_iter)
            if known[key].status is Status.NO_MINIMISER:
                endless.append((key, support))
        found.append(known[key])
    return found


def _refit(problem, coef, tol, max_iter):
    """On the columns with a coefficient; those of other outputs are held at zero."""
    c, support = problem.coordinates, coef != 0
    used = np.flatnonzero(support.any(axis=0))
    if used.size == 0:
        used = np.zeros(1, dtype=np.intp)  # some column, held at zero
    inside = support[:, used].reshape(-1)
    low, high = (side.reshape(problem.shape)[:, used].reshape(-1) for side in (c.low, c.high))
    within = Coordinates(np.ones(inside.size), np.where(inside, low, 0.0), np.where(inside, high, 0.0))
    free = replace(problem, design=problem.design.restrict(used), penalty=L1(0.0), coordinates=within)
    start = np.ascontiguousarray(coef[:, used], dtype=np.float64), np.zeros(problem.n_outputs)
    options = {"workspace": Workspace(), "tol": tol, "max_iter": max_iter}
    [solution] = solve_from(Problems.alone(free), [start], **options)
    wide = np.zeros(problem.shape)
    wide[:, used] = solution.coef
    return replace(solution, coef=wide)


def refitted_squares(gram, cross, coefs, coordinates, yy, work):
    """The same (A, p) of squared loss and one target, from moments; None where those lose digits."""
    found, known = np.zeros_like(coefs), {}
    for out, coef in zip(found, coefs, strict=True):
        support = np.flatnonzero(coef)
        key = support.tobytes()
        if key not in known:
            block = gram[np.ix_(support, support)]
            if not _independent(block):
                return None
            noise = 16 * _EPS * np.sqrt(np.maximum(np.diagonal(block), 0.0)) * np.sqrt(yy)
            within = coordinates.take(support)
            start = np.clip(np.zeros(support.size), within.low, within.high)
            model = GramModel(block, block @ start - cross[support], start, noise)
            known[key] = minimise(model, L1(0.0), within, work)
        out[support] = known[key]
    return found


def _independent(gram):
    """Whether each column is far enough from the span of those before it."""
    found = cholesky(gram, 0.0)
    return gram.size == 0 or (found is not None and bool(np.all(np.diagonal(found[0]) ** 2 > _SURE)))
