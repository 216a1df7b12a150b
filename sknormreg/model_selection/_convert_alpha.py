"""Strengths of a penalty, from one library's convention to another's."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

SQUARED, LOG, HINGE = "squared", "log_loss", "squared_hinge"


def convert_alpha(alpha, source, target, *, l1_ratio=None, n_samples=None, loss=None, y_std=None):
    """Convert the strength of a penalty between conventions so that the minimiser stays the same.

    With L_i the loss of row i (half the square, the log-loss or the squared hinge), s_i its weight, a
    the strength and r the share of L1, the conventions minimise::

        name                   objective                                      strength of

        lasso                  mean L + a sum|w|                              Lasso
        elastic_net            mean L + a (r sum|w| + (1 - r) / 2 sum w^2)    ElasticNet
        ridge                  2 sum L + a sum w^2                            Ridge
        lasso_classifier       mean L + a sum|w|                              LassoClassifier
        elastic_net_classifier mean L + a (r sum|w| + (1 - r) / 2 sum w^2)    ElasticNetClassifier
        ridge_classifier       2 sum L + a sum w^2 for squared loss,          RidgeClassifier
                               mean L + a / 2 sum w^2 for the log-loss
        C                      a sum L + r sum|w| + (1 - r) / 2 sum w^2       LogisticRegression,
                                                                              LinearSVC
        glmnet                 mean L + a (r sum|w| + (1 - r) / 2d sum w^2)   glmnet: lambda is a,
                                                                              its alpha is r
        keras                  mean M + a (r sum|w| + (1 - r) sum w^2)        L1L2(a r, a (1 - r))
        keras_l1               mean M + a sum|w|                              L1
        keras_l2               mean M + a sum w^2                             L2
        weight_decay           mean M + a / 2 sum w^2                         SGD and Adam of torch

    Here ``sum L = sum_i s_i L_i``, ``mean L = sum L / S`` and ``S = sum_i s_i``. M is L but for squared
    loss, which Keras and torch do not halve: M = 2 L. d is 1 but for squared loss, where it is the
    standard deviation of y: glmnet scales y to unit deviation, and lambda back as if the penalty were
    L1 alone. Ridge, Lasso, ElasticNet and RidgeClassifier have the alpha of scikit-learn's. No
    intercept is penalised here; LinearSVC, the liblinear solver and, unless told otherwise, torch
    penalise theirs.

    Parameters
    ----------
    alpha : float or array-like
        Strength in the convention of `source`, >= 0; a C is > 0, and infinite for no penalty.
    source, target : str
        Names from the table.
    l1_ratio : float, default=None
        The share r of L1 in `source`, in [0, 1]. Not needed if the penalty of either is L1 or L2 alone.
    n_samples : float, default=None
        Number of rows, or the sum S of their weights after `class_weight`. Needed between a summed loss
        (``ridge``, ``C``) and an averaged one.
    loss : {'squared', 'log_loss', 'squared_hinge'}, default=None
        Needed where both have several losses and the answer depends on which.
    y_std : float, default=None
        Standard deviation of y with divisor S, as by ``np.std``. Needed by ``glmnet`` for squared loss,
        unless the penalty is L1 alone.

    Returns
    -------
    float or ndarray, or (float or ndarray, float)
        Strength in the convention of `target`; a pair with the share of L1 there if `l1_ratio` was
        given.

    Raises
    ------
    ValueError
        The objectives have different minimisers at every strength (another loss, or L1 against L2); a
        number that is needed is not given, or is out of range.

    References
    ----------
    Friedman, Hastie and Tibshirani, J. Stat. Softw. 33 (2010), eqs. 1 and 13, for glmnet.

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
    alpha = _checked(alpha, here)
    for name, value in {"n_samples": n_samples, "y_std": y_std}.items():
        if value is not None and not 0 < value < np.inf:
            raise ValueError(f"{name} must be positive and finite, got {value!r}.")
    ratio = _ratio(here, there, l1_ratio)
    answers = {
        _factor_and_ratio(here, there, ratio, Data(one, n_samples, y_std))
        for one in _losses(here, there, loss)
    }
    if len(answers) > 1:
        raise ValueError(
            f"From {source!r} to {target!r} the answer depends on the loss: give loss='squared', "
            "'log_loss' or 'squared_hinge'."
        )
    ((factor, ratio),) = answers
    with np.errstate(divide="ignore"):
        strength = factor * (1.0 / alpha if here.inverse else alpha)
        strength = 1.0 / strength if there.inverse else strength
    strength = float(strength) if np.ndim(strength) == 0 else strength
    return strength if l1_ratio is None else (strength, ratio)


@dataclass(frozen=True)
class Data:
    """What the unit of a strength may depend on."""

    loss: str
    n_samples: float | None
    y_std: float | None

    @property
    def total(self):
        """S, for a summed loss."""
        if self.n_samples is None:
            raise ValueError(
                "One of the losses is a sum over rows and the other is not: give n_samples, the number "
                "of rows or the sum of their weights."
            )
        return self.n_samples

    @property
    def square(self):
        """M / L."""
        return 2.0 if self.loss == SQUARED else 1.0

    @property
    def deviation(self):
        """d."""
        if self.loss != SQUARED:
            return 1.0
        if self.y_std is None:
            raise ValueError(
                "With squared loss glmnet's L2 term depends on the target: give y_std, the standard "
                "deviation of y with divisor n, or the loss if it is another."
            )
        return self.y_std


@dataclass(frozen=True)
class Convention:
    """A row of the table: ``mean L + a (r l1 sum|w| + (1 - r) l2 / 2 sum w^2)`` times any factor.

    `l1` and `l2` are functions of Data, None where the penalty has no such term; `inverse` if the
    strength is 1 / a.
    """

    name: str
    losses: tuple
    l1: Callable | None
    l2: Callable | None
    inverse: bool = False

    @property
    def l1_ratio(self):
        """None where it is free."""
        if self.l1 and self.l2:
            return None
        return 1.0 if self.l1 else 0.0


def _one(data):
    return 1.0


def _over_total(data):
    return 1.0 / data.total


def _over_square(data):
    return 1.0 / data.square


def _two_over_square(data):
    return 2.0 / data.square


CONVENTIONS = [
    Convention("lasso", (SQUARED,), _one, None),
    Convention("elastic_net", (SQUARED,), _one, _one),
    Convention("ridge", (SQUARED,), None, _over_total),
    Convention("lasso_classifier", (LOG, HINGE), _one, None),
    Convention("elastic_net_classifier", (LOG, HINGE), _one, _one),
    Convention(
        "ridge_classifier", (SQUARED, LOG), None, lambda d: 1.0 / d.total if d.loss == SQUARED else 1.0
    ),
    Convention("C", (LOG, HINGE), _over_total, _over_total, inverse=True),
    Convention("glmnet", (SQUARED, LOG), _one, lambda d: 1.0 / d.deviation),
    Convention("keras", (SQUARED, LOG, HINGE), _over_square, _two_over_square),
    Convention("keras_l1", (SQUARED, LOG, HINGE), _over_square, None),
    Convention("keras_l2", (SQUARED, LOG, HINGE), None, _two_over_square),
    Convention("weight_decay", (SQUARED, LOG, HINGE), None, _over_square),
]


def _factor_and_ratio(here, there, ratio, data):
    """What to multiply a by, and the share of L1 there."""
    l1 = ratio * here.l1(data) / there.l1(data) if ratio > 0 else 0.0
    l2 = (1.0 - ratio) * here.l2(data) / there.l2(data) if ratio < 1 else 0.0
    return l1 + l2, l1 / (l1 + l2)


def _convention(parameter, name):
    for convention in CONVENTIONS:
        if convention.name == name:
            return convention
    known = ", ".join(convention.name for convention in CONVENTIONS)
    raise ValueError(f"{parameter} must be one of {known}; got {name!r}.")


def _checked(alpha, here):
    alpha = np.asarray(alpha, dtype=np.float64)
    valid = (alpha > 0) if here.inverse else (alpha >= 0) & (alpha < np.inf)
    if not valid.all():
        wanted = "positive" if here.inverse else "finite and non-negative"
        raise ValueError(f"A strength of {here.name!r} must be {wanted}, got {alpha[~valid].flat[0]}.")
    return alpha


def _losses(here, there, loss):
    """Those that both have, or the one given."""
    if loss not in (None, SQUARED, LOG, HINGE):
        raise ValueError(f"loss must be 'squared', 'log_loss' or 'squared_hinge', got {loss!r}.")
    told = {side.name: " or ".join(map(repr, side.losses)) for side in (here, there)}
    for side in (here, there):
        if loss is not None and loss not in side.losses:
            raise ValueError(f"The loss of {side.name!r} is {told[side.name]}, not {loss!r}.")
    common = [one for one in here.losses if one in there.losses]
    if not common:
        raise ValueError(
            f"The loss of {here.name!r} is {told[here.name]}, that of {there.name!r} {told[there.name]}"
            ": no strength gives both the same minimiser."
        )
    return common if loss is None else [loss]


def _ratio(here, there, l1_ratio):
    """The share of L1 in the source, given or known from either side."""
    if l1_ratio is not None and not 0 <= l1_ratio <= 1:
        raise ValueError(f"l1_ratio must be in [0, 1], got {l1_ratio!r}.")
    if here.l1_ratio is None and there.l1_ratio is None and l1_ratio is None:
        raise ValueError(
            f"The penalties of {here.name!r} and {there.name!r} mix L1 and L2: give l1_ratio, the "
            "share of L1 in the first."
        )
    fixed = {f"the penalty of {side.name!r}": side.l1_ratio for side in (here, there)}
    known = {k: v for k, v in {**fixed, "what is asked for": l1_ratio}.items() if v is not None}
    if len(set(known.values())) > 1:
        kinds = {0.0: "L2 alone", 1.0: "L1 alone"}
        told = ", ".join(f"{k} is {kinds.get(v, f'l1_ratio={v}')}" for k, v in known.items())
        raise ValueError(f"{told[0].upper()}{told[1:]}: no strength gives the same minimiser.")
    return float(next(iter(known.values())))
