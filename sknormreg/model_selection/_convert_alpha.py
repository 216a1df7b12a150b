"""Strengths of a penalty, from one library's convention to another's."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

SQUARED, LOG, HINGE = "squared", "log_loss", "squared_hinge"


def convert_alpha(alpha, source, target, *, l1_ratio=None, n_samples=None, loss=None, y_std=None):
    """Convert the strength of a penalty from one convention to another, so that the minimiser stays the same.

    With L_i the loss of a row (half the square; the log-loss; the squared hinge), s_i its weight, S the sum
    of the weights, ``a`` the strength and r the share of L1, the conventions minimise:

    ========================== ================================================= ====================
    name                       objective                                         is the strength of
    ========================== ================================================= ====================
    ``lasso``                  mean L + a sum|w|                                 Lasso
    ``elastic_net``            mean L + a (r sum|w| + (1 - r) / 2 sum w^2)       ElasticNet
    ``ridge``                  2 sum L + a sum w^2                               Ridge
    ``lasso_classifier``       mean L + a sum|w|                                 LassoClassifier
    ``elastic_net_classifier`` mean L + a (r sum|w| + (1 - r) / 2 sum w^2)       ElasticNetClassifier
    ``ridge_classifier``       as ``ridge``; log-loss: mean L + a / 2 sum w^2    RidgeClassifier
    ``C``                      a sum L + r sum|w| + (1 - r) / 2 sum w^2          LogisticRegression,
                                                                                 LinearSVC
    ``glmnet``                 mean L + a (r sum|w| + (1 - r) / (2 d) sum w^2)   lambda of glmnet, whose
                                                                                 alpha is r
    ``keras``                  mean M + a (r sum|w| + (1 - r) sum w^2)           L1L2(a r, a (1 - r))
    ``keras_l1``               mean M + a sum|w|                                 L1
    ``keras_l2``               mean M + a sum w^2                                L2
    ``weight_decay``           mean M + a / 2 sum w^2                            SGD and Adam of torch
    ========================== ================================================= ====================

    ``sum L`` is ``sum_i s_i L_i`` and ``mean L`` is ``sum L / S``. M is L, but for squared loss 2 L: Keras and
    torch do not halve the square. d is 1, but for squared loss the standard deviation of y: glmnet scales y to
    a deviation of one, and `lambda` back as if the penalty were L1 alone. scikit-learn's `alpha` of Ridge,
    Lasso, ElasticNet and RidgeClassifier is that of the estimators here. The intercept is not penalised, which
    LinearSVC and the liblinear solver do, and torch unless told otherwise.

    Parameters
    ----------
    alpha : float or array-like
        Strength in the convention of `source`, >= 0; a C is > 0, and infinite where there is no penalty.
    source, target : str
        Names of the table.
    l1_ratio : float, default=None
        The share r of L1 in `source`, in [0, 1]. Not needed where one of the two has a penalty that is L1 or
        L2 alone.
    n_samples : float, default=None
        Number of rows, or the sum S of their weights, `class_weight` included. Needed to go from a summed loss
        (``ridge``, ``C``) to one that is averaged, or back.
    loss : {'squared', 'log_loss', 'squared_hinge'}, default=None
        Needed where both conventions have several losses and the answer depends on which.
    y_std : float, default=None
        Standard deviation of y with divisor S (that of ``np.std``). Needed by ``glmnet`` for squared loss, if
        the penalty is not L1 alone.

    Returns
    -------
    float or ndarray, or a pair of it and l1_ratio
        Strength in the convention of `target`; where `l1_ratio` is given a pair, the strength and the share of
        L1 that goes with it.

    Raises
    ------
    ValueError
        Objectives that differ by more than a factor (another loss, L1 against L2), so that no strength gives
        both the same minimiser; a number that is needed and not given, or out of range.

    References
    ----------
    Friedman, Hastie and Tibshirani, J. Stat. Softw. 33 (2010), eqs. 1 and 13, for glmnet. How each row was
    checked is told in "Strengths elsewhere" of the page on objectives.

    Examples
    --------
    >>> from sknormreg import convert_alpha
    >>> convert_alpha(1.0, "C", "lasso_classifier", n_samples=200)
    0.005
    >>> convert_alpha(0.5, "weight_decay", "ridge", n_samples=200)
    50.0
    >>> convert_alpha(0.25, "elastic_net", "keras", l1_ratio=0.5)
    (0.375, 0.6666666666666666)
    """
    here, there = _convention("source", source), _convention("target", target)
    alpha = _strength(alpha, source, here)
    for name, value in {"n_samples": n_samples, "y_std": y_std}.items():
        if value is not None and not 0 < value < np.inf:
            raise ValueError(f"{name} must be positive and finite, got {value!r}.")
    ratio = _ratio(source, here, target, there, l1_ratio)
    answers = {
        _factor_and_ratio(here, there, ratio, Data(one, n_samples, y_std))
        for one in _losses(source, here, target, there, loss)
    }
    if len(answers) > 1:
        raise ValueError(
            f"From {source!r} to {target!r} the answer depends on the loss: give loss='squared', 'log_loss' or "
            "'squared_hinge'."
        )
    ((factor, ratio),) = answers
    with np.errstate(divide="ignore"):
        strength = factor * (1.0 / alpha if here.inverse else alpha)
        strength = 1.0 / strength if there.inverse else strength
    strength = float(strength) if strength.ndim == 0 else strength
    return strength if l1_ratio is None else (strength, ratio)


@dataclass(frozen=True)
class Data:
    """What the units of a strength may depend on."""

    loss: str
    n_samples: float | None
    y_std: float | None

    @property
    def total(self):
        """Sum of the weights."""
        if self.n_samples is None:
            raise ValueError(
                "Against a sum over the rows a penalty counts for less the more of them there are: give "
                "n_samples, the number of rows or the sum of their weights."
            )
        return self.n_samples

    @property
    def square(self):
        """The loss of Keras and torch over ours."""
        return 2.0 if self.loss == SQUARED else 1.0

    @property
    def deviation(self):
        """What glmnet divides the target by."""
        if self.loss != SQUARED:
            return 1.0
        if self.y_std is None:
            raise ValueError(
                "glmnet's lambda depends on the target where the loss is squared and the penalty not L1 alone: "
                "give y_std, the standard deviation of y with divisor n, or the loss if it is another."
            )
        return self.y_std


@dataclass(frozen=True)
class Convention:
    """A row of the table, by its terms ``l1 sum|w| + l2 / 2 sum w^2`` beside ``mean L``.

    `l1` and `l2` are functions of Data: the factors per unit of strength times the share of each, None for a
    penalty without that term.
    """

    losses: tuple
    l1: Callable | None
    l2: Callable | None
    inverse: bool = False

    @property
    def ratio(self):
        """The share of L1, None if it is free."""
        if self.l1 and self.l2:
            return None
        return 1.0 if self.l1 else 0.0


def _one(data):
    return 1.0


def _per_sample(data):
    return 1.0 / data.total


CONVENTIONS = {
    "lasso": Convention((SQUARED,), _one, None),
    "elastic_net": Convention((SQUARED,), _one, _one),
    "ridge": Convention((SQUARED,), None, _per_sample),
    "lasso_classifier": Convention((LOG, HINGE), _one, None),
    "elastic_net_classifier": Convention((LOG, HINGE), _one, _one),
    "ridge_classifier": Convention(
        (SQUARED, LOG), None, lambda data: _per_sample(data) if data.loss == SQUARED else 1.0
    ),
    "C": Convention((LOG, HINGE), _per_sample, _per_sample, inverse=True),
    "glmnet": Convention((SQUARED, LOG), _one, lambda data: 1.0 / data.deviation),
    "keras": Convention(
        (SQUARED, LOG, HINGE), lambda data: 1.0 / data.square, lambda data: 2.0 / data.square
    ),
    "keras_l1": Convention((SQUARED, LOG, HINGE), lambda data: 1.0 / data.square, None),
    "keras_l2": Convention((SQUARED, LOG, HINGE), None, lambda data: 2.0 / data.square),
    "weight_decay": Convention((SQUARED, LOG, HINGE), None, lambda data: 1.0 / data.square),
}


def _factor_and_ratio(here, there, ratio, data):
    """What to multiply the strength by, and the share of L1 afterwards."""
    l1 = ratio * here.l1(data) / there.l1(data) if ratio > 0 else 0.0
    l2 = (1.0 - ratio) * here.l2(data) / there.l2(data) if ratio < 1 else 0.0
    return l1 + l2, l1 / (l1 + l2)


def _convention(parameter, name):
    if name not in CONVENTIONS:
        raise ValueError(f"{parameter} must be one of {', '.join(CONVENTIONS)}; got {name!r}.")
    return CONVENTIONS[name]


def _strength(alpha, source, here):
    alpha = np.asarray(alpha, dtype=np.float64)
    valid = (alpha > 0) if here.inverse else (alpha >= 0) & (alpha < np.inf)
    if not valid.all():
        wanted = "positive" if here.inverse else "finite and non-negative"
        raise ValueError(f"A strength of {source!r} must be {wanted}, got {alpha[~valid].flat[0]}.")
    return alpha


def _losses(source, here, target, there, loss):
    """Those that both have, or the one given."""
    if loss not in (None, SQUARED, LOG, HINGE):
        raise ValueError(f"loss must be 'squared', 'log_loss' or 'squared_hinge', got {loss!r}.")
    for name, convention in ((source, here), (target, there)):
        if loss is not None and loss not in convention.losses:
            known = " or ".join(map(repr, convention.losses))
            raise ValueError(f"The loss of {name!r} is {known}, not {loss!r}.")
    common = [one for one in here.losses if one in there.losses]
    if not common:
        mine, yours = (" or ".join(map(repr, convention.losses)) for convention in (here, there))
        raise ValueError(
            f"The loss of {source!r} is {mine}, that of {target!r} {yours}: no strength gives both the same "
            "minimiser."
        )
    return common if loss is None else [loss]


def _ratio(source, here, target, there, l1_ratio):
    """The share of L1 in the source, given or known from either side."""
    if l1_ratio is not None and not 0 <= l1_ratio <= 1:
        raise ValueError(f"l1_ratio must be in [0, 1], got {l1_ratio!r}.")
    ratios = {f"The penalty of {source!r}": here.ratio, f"that of {target!r}": there.ratio}
    ratios["that asked for"] = l1_ratio
    ratios = {name: ratio for name, ratio in ratios.items() if ratio is not None}
    if not ratios:
        raise ValueError(f"{source!r} and {target!r} both mix L1 and L2: give l1_ratio, the share of L1.")
    if len(set(ratios.values())) > 1:
        kinds = {0.0: "L2 alone", 1.0: "L1 alone"}
        told = ", ".join(f"{k} is {kinds.get(v, f'mixed, l1_ratio={v}')}" for k, v in ratios.items())
        raise ValueError(f"{told[0].upper()}{told[1:]}: no strength gives all the same minimiser.")
    return float(next(iter(ratios.values())))
