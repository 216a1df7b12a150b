"""Coefficients as the strength of the penalty falls."""

from copy import copy
from functools import cached_property
from numbers import Integral

import numpy as np

from .._compat import import_pandas
from ..diagnosis.freedom import degrees_of_freedom
from ..linear_model import Versioned, output_names
from ..linear_model._checks import floats
from ..solvers.paths import solve_from, solve_paths
from ._alpha_grid import check_grid, falling
from ._last_step import last_step, names_out, with_last_step
from ._linear import linear_model, read


def regularization_path(estimator, X, y, alphas=100, *, eps=None, l1_ratio=None, sample_weight=None):
    """Fit a linear model at many alphas, each certified to its `tol`.

    At every alpha the minimum of the estimator's own objective, as by ``fit``, for the price of very few
    fits: the data are read and centred once, the Gram matrix of the coefficients that come into question
    is kept, each solution starts from its neighbour, and several are checked in one pass over X.

    Parameters
    ----------
    estimator : estimator object
        A linear model of this package, or a pipeline that ends in one; its `alpha` is not used, its other
        parameters are. Copies of the steps before it are fitted to X once, and the path is that of the last
        step.
    X : {array-like, sparse matrix} of shape (n_samples, n_features)
        Samples.
    y : array-like of shape (n_samples,) or (n_samples, n_targets)
        Target.
    alphas : int or array-like, default=100
        How many to choose by :func:`alpha_grid`, or the alphas themselves, in any order.
    eps : float, default=None
        The smallest alpha over the largest, where they are chosen; None as for :func:`alpha_grid`.
    l1_ratio : list of float, default=None
        Several of an elastic net: a list of paths is returned, one each, from one reading of the data.
    sample_weight : float or array-like of shape (n_samples,), default=None
        Non-negative weights, of the model; of a pipeline no other step gets them.

    Returns
    -------
    RegularizationPath or list of RegularizationPath
        The path, alphas falling.

    Raises
    ------
    TypeError
        The estimator does not end in one of this package's linear models, or in a derived class that
        overrides `fit`.
    ValueError
        Invalid alphas, or a parameter that is invalid at `fit`.

    Warns
    -----
    sklearn.exceptions.ConvergenceWarning
        A solution misses the certificate; the worst of them is named.

    References
    ----------
    Friedman, Hastie and Tibshirani, J. Stat. Softw. 33 (2010), section 2.5, for the grid; Tibshirani et
    al., "Strong rules for discarding predictors in lasso-type problems", JRSS B 74 (2012), eq. 6, for the
    order in which coefficients are tried.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sknormreg import Lasso, regularization_path
    >>> X, y = load_diabetes(return_X_y=True)
    >>> path = regularization_path(Lasso(), X, y, alphas=5)
    >>> path.coefs.shape
    (10, 5)
    >>> path.df
    array([ 0.,  5.,  8., 10., 10.])
    """
    last = linear_model(last_step(estimator))
    if l1_ratio is not None and "l1_ratio" not in last.get_params():
        raise ValueError(f"l1_ratio is a parameter of the elastic nets, and not of {last!r}.")
    reached, task = read(estimator, X, y, sample_weight)
    if l1_ratio is None:
        return path_of(reached.model, task, _alphas(task, alphas, eps), reached.pipeline)
    paths = []
    for ratio in np.atleast_1d(l1_ratio):
        model = copy(reached.model)
        model.l1_ratio = float(ratio)
        model._validate_params()
        task = task.with_penalty(model._penalty())
        paths.append(path_of(model, task, _alphas(task, alphas, eps), reached.pipeline))
    return paths


def path_of(model, task, alphas, pipeline=None):
    """The path of a model that has read its data into a `Task`, at falling alphas.

    `pipeline` is fitted but for its last step, which the model is.
    """
    rows = np.repeat(alphas[:, None], len(task.problems), axis=1)
    with np.errstate(over="ignore", invalid="ignore"):
        options = {"workspace": task.workspace, "tol": model.tol, "max_iter": model.max_iter}
        found = solve_paths(task.problems, task.strengths(rows), **options)
    model._warn([pair for row in zip(found, rows, strict=True) for pair in row[0].doubtful(row[1])])
    return RegularizationPath(model, task, alphas, found, pipeline)


def _alphas(task, alphas, eps):
    """Falling."""
    if isinstance(alphas, Integral) and not isinstance(alphas, bool):
        check_grid(alphas, eps)
        return falling(task, alphas, eps)
    alphas = floats("alphas", alphas)
    if alphas.ndim != 1 or alphas.size == 0:
        raise ValueError(f"alphas must be a number of alphas or a list of them, got {alphas!r}.")
    wrong = alphas[~(np.isfinite(alphas) & (alphas >= 0))]
    if wrong.size:
        raise ValueError(f"alphas must be finite and non-negative, got {wrong.tolist()[0]}.")
    return np.sort(alphas)[::-1]


class RegularizationPath(Versioned):
    """A path of solutions, made by :func:`regularization_path`.

    With several targets or classes, every array but `alphas` has them as its first axis. A pickle or a copy
    leaves the data out: it has all of this, and :meth:`at` for the alphas of the path.

    Attributes
    ----------
    alphas : ndarray of shape (n_alphas,)
        Strengths, falling.
    coefs : ndarray of shape (n_features, n_alphas) or (n_outputs, n_features, n_alphas)
        Coefficients.
    intercepts : ndarray of shape (n_alphas,) or (n_outputs, n_alphas)
        Intercepts.
    dual_gaps : ndarray of shape (n_alphas,) or (n_problems, n_alphas)
        Duality gaps in the units of the objective; one for all classes of a multinomial fit.
    n_iter : ndarray of shape (n_alphas,) or (n_problems, n_alphas)
        Times that each solution was refined and checked.
    df : ndarray of shape (n_alphas,) or (n_problems, n_alphas)
        Effective degrees of freedom, intercepts not counted. Formed when first asked for.
    n_nonzero : ndarray of shape (n_alphas,) or (n_outputs, n_alphas)
        Number of coefficients that are not zero.
    feature_names : ndarray of shape (n_features,)
        Names of the features, of a pipeline those that its last step sees; "x0", "x1", ... where there are
        none.
    output_names : ndarray of shape (n_outputs,)
        Names of the targets, where y has them, or the classes; else 0, 1, ... Of two classes with one row
        of coefficients the second, for which positive ones speak.
    """

    def __init__(self, model, task, alphas, rows, pipeline=None):
        self._model, self._task, self._rows, self._pipeline = model, task, rows, pipeline
        self._models = None  # at each alpha, where there is no task
        self.alphas = alphas
        found = [task.attributes(row.coef, row.intercept) for row in rows]
        self.coefs = _first_if_alone(np.stack([np.atleast_2d(f["coef_"]) for f in found], axis=-1))
        self.intercepts = _first_if_alone(
            np.stack([np.atleast_1d(f["intercept_"]) for f in found], axis=-1)
        )
        self.dual_gaps = task.gap_unit * self._of_solutions("dual_gap")
        self.n_iter = self._of_solutions("n_iter")
        names = getattr(model, "feature_names_in_", names_out(pipeline))
        p = self.coefs.shape[-2]
        n_outputs = 1 if self.coefs.ndim == 2 else len(self.coefs)
        known = output_names(model, n_outputs)
        self.output_names = np.arange(n_outputs) if known is None else known
        self.feature_names = np.array([f"x{j}" for j in range(p)]) if names is None else names

    def __getstate__(self):
        """Fitted models instead of the problems, which hold X."""
        state = {**super().__getstate__(), "df": self.df}
        if self._task is not None:
            models = [self._adopted(a, rows) for a, rows in zip(self.alphas, self._rows, strict=True)]
            state.update(_task=None, _rows=None, _models=models)
        return state

    def _of_solutions(self, name):
        return _first_if_alone(np.array([getattr(row, name) for row in self._rows]).T)

    def __repr__(self):
        model, first, last = self._around(self._model), self.alphas[0], self.alphas[-1]
        return f"<path of {model!r}: {self.alphas.size} alphas from {first:.4g} to {last:.4g}>"

    @property
    def n_nonzero(self):
        return np.count_nonzero(self.coefs, axis=-2)

    @cached_property
    def df(self):
        task, columns = self._task, []
        strengths = task.strengths(self.alphas)
        for problem, column in zip(task.problems, zip(*self._rows, strict=True), strict=True):
            points = [(a, s.coef, s.intercept) for a, s in zip(strengths, column, strict=True)]
            columns.append(degrees_of_freedom(problem, points, task.workspace))
        return _first_if_alone(np.array(columns))

    def at(self, alpha):
        """The estimator at any alpha, fitted; of a pipeline the whole of it.

        Between two alphas of the path it is solved anew from the straight line between their coefficients.
        For squared loss with an L1 norm that line is the path itself where no coefficient enters or leaves,
        so a pass over X certifies it.

        Parameters
        ----------
        alpha : float
            Strength, >= 0.

        Returns
        -------
        estimator
            A fitted copy of the estimator. The steps of a pipeline before the last are those of the path.
        """
        copy(self._model).set_params(alpha=alpha)._validate_params()
        place = np.flatnonzero(self.alphas == alpha)
        if self._task is None:
            if not place.size:
                raise ValueError(
                    f"alpha={alpha!r} is not on the path, and this is a pickle or a copy of one, which "
                    "leaves the data out: take one of its alphas, or make the path anew."
                )
            return self._around(copy(self._models[place[0]]))
        solutions = self._rows[place[0]] if place.size else self._between(float(alpha))
        self._model._warn(solutions.doubtful(np.full(len(solutions), alpha)))
        return self._around(self._adopted(alpha, solutions))

    def _adopted(self, alpha, solutions):
        """The estimator with the solutions of its problems."""
        model = copy(self._model).set_params(alpha=alpha)
        model._adopt(self._task, solutions)
        model.coef_ = model.coef_.copy()  # the path keeps its own
        return model

    def _around(self, model):
        """What the user gets of it."""
        return with_last_step(self._pipeline, model)

    def _between(self, alpha):
        """Solved from the straight line between the neighbours, or from the end of the path."""
        task, last = self._task, self.alphas.size - 1
        above = int(np.clip(np.searchsorted(-self.alphas, -alpha) - 1, 0, last))
        below = min(above + 1, last)
        width = self.alphas[above] - self.alphas[below]
        t = np.clip((self.alphas[above] - alpha) / width, 0.0, 1.0) if width else 0.0
        starts = [
            (a.coef + t * (b.coef - a.coef), a.intercept + t * (b.intercept - a.intercept))
            for a, b in zip(self._rows[above], self._rows[below], strict=True)
        ]
        problems = task.at(np.full(len(task.problems), alpha))
        options = {"workspace": task.workspace, "tol": self._model.tol, "max_iter": self._model.max_iter}
        with np.errstate(over="ignore", invalid="ignore"):
            return solve_from(problems, starts, **options)

    def to_frame(self):
        """Coefficients as a pandas DataFrame.

        Returns
        -------
        DataFrame
            One row for each alpha, the index; the intercept and the features as columns, under the outputs
            where there are several.
        """
        pd = import_pandas()
        outputs = np.atleast_2d(self.intercepts), self.coefs.reshape(-1, *self.coefs.shape[-2:])
        table = np.concatenate([outputs[0][:, None], outputs[1]], axis=1)  # (K, 1 + p, A)
        names = ["intercept", *self.feature_names]
        columns = names
        if len(table) > 1:
            columns = pd.MultiIndex.from_product([self.output_names, names], names=["output", "feature"])
        index = pd.Index(self.alphas, name="alpha")
        return pd.DataFrame(table.reshape(-1, self.alphas.size).T, index=index, columns=columns)


def _first_if_alone(values):
    return values[0] if len(values) == 1 else values
