"""Complementary halves of a sample, and the order in which features enter a path on each."""

import numpy as np
from sklearn.base import clone
from sklearn.utils import check_random_state, column_or_1d

from .._compat import check_method_params
from ..linear_model import why_no_path
from ..linear_model._checks import check_labels
from ._last_step import names_out, reach

_BLOCK = 10  # strengths that are fitted before it is asked whether more are needed


def halved_groups(y, classify):
    """Rows that are halved by themselves: all, or those of each class."""
    if len(y) < 4:
        raise ValueError(
            "Two halves need at least two samples each, of a weight that is not zero: got "
            f"n_samples={len(y)}."
        )
    if classify:
        check_labels(y)
    if not classify or (y.ndim == 2 and y.shape[1] > 1):  # labels that do not exclude each other
        return [np.arange(len(y))]
    classes, codes = np.unique(column_or_1d(y, warn=True), return_inverse=True)
    groups = [np.flatnonzero(codes == code) for code in range(classes.size)]
    for label, rows in zip(classes.tolist(), groups, strict=True):
        if rows.size < 2:
            raise ValueError(
                f"Class {label!r} has one sample, and each half needs one: add samples of it, or "
                "leave it out."
            )
    return groups


def complementary_pair(groups, seed):
    """Rows of two disjoint halves with equally many of each group; of an odd group one is left out."""
    rng = check_random_state(seed)
    halves = [], []
    for rows in groups:
        drawn, size = rng.permutation(rows), len(rows) // 2
        halves[0].append(drawn[:size])
        halves[1].append(drawn[size : 2 * size])
    return [np.sort(np.concatenate(half)) for half in halves]


def entries_of_pair(estimator, X, y, params, alphas, max_features, groups, seed):
    """For each half, the position in `alphas` at which each feature enters; see `entries`."""
    found = []
    for rows in complementary_pair(groups, seed):
        reached = reach(estimator, X[rows], y[rows], check_method_params(X, params, rows))
        check_columns(reached, X.shape[1])
        models = fits(reached.model, reached.X, reached.y, reached.params, alphas)
        found.append(entries(models, X.shape[1], len(alphas), max_features))
    return found


def check_columns(reached, n_features):
    """Raise for a pipeline whose last step sees other columns than the selector."""
    names = names_out(reached.pipeline)
    if reached.X.shape[1] != n_features or (names is not None and list(names) != numbered(n_features)):
        raise ValueError(
            f"{type(reached.model).__name__} sees {reached.X.shape[1]} columns that the steps before it "
            f"make of {n_features}, where each can be selected by its own coefficient only: put steps that "
            "mix, make or drop columns before StabilitySelection, in a pipeline around it."
        )


def numbered(n_features):
    return [f"x{j}" for j in range(n_features)]


def fits(estimator, X, y, params, alphas):
    """Fitted estimators, one for each of `alphas`, made when they are asked for."""
    if why_no_path(estimator) is None:
        for start in range(0, len(alphas), _BLOCK):
            yield from estimator.fit_path(X, y, alphas[start : start + _BLOCK], **params)
    else:
        for alpha in alphas:
            yield clone(estimator).set_params(alpha=alpha).fit(X, y, **params)


def entries(models, n_features, n_alphas, max_features):
    """The first model with a coefficient of each feature that is not zero; `n_alphas` if there is none.

    No more than `max_features` enter: of those that come with one model, the largest coefficients.
    """
    entry, room = np.full(n_features, n_alphas), max_features
    for position, model in enumerate(models):
        if not hasattr(model, "coef_"):
            raise ValueError(
                f"{type(model).__name__} has no coef_ after fit: there is nothing to select by."
            )
        size = np.abs(np.atleast_2d(model.coef_)).max(axis=0)
        new = np.flatnonzero((size > 0) & (entry == n_alphas))
        new = new[np.argsort(-size[new], kind="stable")[:room]]
        entry[new] = position
        room -= new.size
        if room == 0:
            break
    return entry
