"""An estimator at many strengths, for little more than the price of one."""

from copy import copy

import numpy as np
from sklearn.base import clone

from ..solvers.paths import solve_paths
from ._nameless import nameless
from ._stands_for import why_no_path


@nameless
class PathMixin:
    """`fit_path`, for estimators that state a `_task`."""

    #: The parameter that `fit_path` walks along.
    path_parameter = "alpha"

    #: What `fit` is made of and `fit_path` does without.
    _parts_of_fit = ("_fit_task", "_solve")

    def fit_path(self, X, y, values, sample_weight=None):
        """Fit at each of several alphas.

        Gives what a `fit` for each value would give, but the data are read once and each fit starts from
        its neighbour. :class:`PathSearchCV` finds this method by its name, on any estimator, together with
        the attribute `path_parameter`.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            Target.
        values : sequence
            Values of the path parameter, `alpha`, in any order.
        sample_weight : float or array-like of shape (n_samples,), default=None
            Non-negative weights.

        Returns
        -------
        list of estimators
            Fitted, one for each of `values`, in their order. `self` is not changed.

        Raises
        ------
        TypeError
            A derived class overrides `fit` and inherits this method, which would go past the new one. Where
            the new `fit` has the same solutions, ``fit_path = Lasso.fit_path`` beside it says so.
        """
        reason = why_no_path(self)
        if reason is not None:
            raise TypeError(
                f"{reason}, which goes past it: define fit_path as well, or call fit for each "
                f"{self.path_parameter}."
            )
        return self._fit_path(X, y, values, sample_weight)[0]

    def _fit_path(self, X, y, values, sample_weight=None):
        """(the same, the `Task` that they solve)."""
        values = list(values)
        if not values:
            raise ValueError(f"values of {self.path_parameter} must be a non-empty sequence.")
        model = clone(self)
        for value in values:
            if value is values[0] or not (isinstance(value, float) and 0 <= value < np.inf):
                model.set_params(alpha=value)._validate_params()
        task = model._task(X, y, sample_weight)
        models = [_with_alpha(model, value) for value in values]
        alphas = np.array([model._alphas(len(task.problems)) for model in models])
        with np.errstate(over="ignore", invalid="ignore"):
            options = {"workspace": task.workspace, "tol": self.tol, "max_iter": self.max_iter}
            path = solve_paths(task.problems, task.strengths(alphas), **options)
        for model, row, solutions in zip(models, alphas, path, strict=True):
            model._warn(solutions.doubtful(row))
            model._adopt(task, solutions)
        return models, task


def _with_alpha(model, value):
    """A copy that shares all else."""
    made = copy(model)
    made.alpha = value
    return made
