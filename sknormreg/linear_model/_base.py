"""What every linear model here shares: parameters, prediction, messages, callbacks."""

from numbers import Integral, Real

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_is_fitted

from .._compat import CallbackSupportMixin, Interval
from ..solvers.paths import solve_from
from ..solvers.solution import Status
from ._fit_path import PathMixin
from ._parameters import CheckedOnce
from ._read import read_to_predict
from ._versions import Versioned
from ._warning import warn

SHARED_CONSTRAINTS = {
    "fit_intercept": ["boolean"],
    "penalty_factor": ["array-like", dict, Interval(Real, 0, None, closed="left"), None],
    "bounds": [tuple, list, dict, None],
    "positive": ["boolean"],
    "max_iter": [Interval(Integral, 1, None, closed="left")],
    "tol": [Interval(Real, 0, None, closed="left")],
    "warm_start": ["boolean"],
    "random_state": ["random_state"],
}


def store(estimator, attributes):
    """Set fitted attributes."""
    for name, value in attributes.items():
        setattr(estimator, name, value)


def as_stored(dtype, **attributes):
    """Fitted attributes in the dtype of X; ValueError where float32 does not reach so far."""
    with np.errstate(over="ignore"):
        made = {name: value.astype(dtype, copy=False) for name, value in attributes.items()}
    for name, value in attributes.items() if dtype != np.float64 else ():
        if np.any(np.isinf(made[name]) & np.isfinite(value)):
            raise ValueError(
                f"{name} has values up to {np.max(np.abs(value)):.3g}, beyond {np.dtype(dtype)}, the dtype "
                "of X: fit float64 data, or scale X up or y down."
            )
    return made


class LinearModel(Versioned, CheckedOnce, CallbackSupportMixin, BaseEstimator):
    """Prediction and bookkeeping for a fitted `coef_` and `intercept_`."""

    _doc_link_module = "sknormreg"
    _doc_link_template = (
        "https://sknormreg.readthedocs.io/en/stable/api/generated/{estimator_module}.{estimator_name}.html"
    )

    def _doc_link_url_param_generator(self):
        return {"estimator_module": "sknormreg", "estimator_name": type(self).__name__}

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    @property
    def sparse_coef_(self):
        """`coef_` as a scipy.sparse matrix in CSR format."""
        check_is_fitted(self)
        return sparse.csr_matrix(self.coef_)

    def _read_to_predict(self, X):
        return read_to_predict(self, X)

    def _linear_predictor(self, X):
        return self._read_to_predict(X) @ self.coef_.T + self.intercept_


class PenalizedModel(PathMixin, LinearModel):
    """A linear model that minimises an objective: states its `_task`, is fitted here."""

    def _fit_task(self, task, progress=None):
        """Solve a `Task`, set what was found and warn of what is not certified."""
        alphas = self._alphas(len(task.problems))
        with np.errstate(over="ignore", invalid="ignore"):
            solutions = self._solve(task, alphas, progress)
        self._warn(solutions.doubtful(alphas))
        self._adopt(task, solutions)
        if progress is not None:
            progress.done()
        return self

    def _alphas(self, n_problems):
        """One for each problem of a task."""
        return np.full(n_problems, float(self.alpha))

    def _solve(self, task, alphas, progress):
        """`Solutions` of the problems. Callbacks see the iterations of tasks of a single problem."""
        problems, report = task.at(alphas), None
        if progress is not None and progress.context is not None and len(problems) == 1:

            def report(coef, intercept):
                return progress.step(lambda: task.attributes(coef, intercept))

        starts = task.starts or self._starts(len(problems), problems.targets.shape[1], problems.n_features)
        options = {"workspace": task.workspace, "tol": self.tol, "max_iter": self.max_iter}
        return solve_from(problems, starts, callback=report, **options)

    def _adopt(self, task, solutions):
        """Fitted attributes from the solutions of a task."""
        store(self, task.attributes(solutions.coef, solutions.intercept))
        gaps = task.gap_unit * solutions.dual_gap
        self.dual_gap_ = gaps if gaps.size > 1 else float(gaps[0])
        self.n_iter_ = solutions.n_iter

    def _starts(self, n_problems, n_outputs, n_features):
        """The fitted coefficients where `warm_start` asks for them and they fit."""
        coef = getattr(self, "coef_", None) if self.warm_start else None
        if coef is None or np.size(coef) != n_problems * n_outputs * n_features:
            return [None] * n_problems
        coef = np.array(coef, dtype=np.float64).reshape(n_problems, n_outputs, n_features)
        if not np.isfinite(coef).all():
            raise ValueError(
                "coef_ has NaN or infinity, and warm_start=True begins there: delete it, or set "
                "warm_start=False."
            )
        return [(w, np.zeros(n_outputs)) for w in coef]

    def _warn(self, doubtful):
        """Raise or warn once, for the worst of pairs of a solution that is not certified and its alpha."""
        for solution, _ in doubtful:
            if solution.status.fatal:
                raise ValueError(solution.status.value)
        failed = [pair for pair in doubtful if pair[0].status is not Status.STOPPED]
        if failed:
            solution, alpha = max(failed, key=lambda pair: pair[0].relative_gap)
            warn(
                solution.status.value.format(
                    gap=solution.relative_gap,
                    tol=self.tol,
                    alpha=alpha,
                    hint="Scaling the features, or a larger alpha or tol, also helps.",
                ),
                ConvergenceWarning,
            )
