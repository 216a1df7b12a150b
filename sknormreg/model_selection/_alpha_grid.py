"""Where a path of strengths begins, and the grid it runs along."""

from numbers import Integral, Real

import numpy as np

from ..linear_model import alphas_by_freedom, largest_alpha, path_start
from ._linear import read


def alpha_max(estimator, X, y, *, sample_weight=None):
    """The smallest alpha at which every penalised coefficient is zero.

    For an L1 norm and an averaged loss that is, with g the gradient of the loss where the unpenalised
    coefficients and the intercept are at their best and all others zero::

        alpha_max = max_j |g_j| / (f_j * l1_ratio)

    over the features with a penalty factor f_j > 0, and the largest of several targets or classes. Sample
    weights and class weights count, and bounds: one of zero excludes the sign on its other side.

    Parameters
    ----------
    estimator : estimator object
        A linear model of this package; its `alpha` is not used. Or a pipeline that ends in one: copies of
        the steps before it are fitted to X.
    X : {array-like, sparse matrix} of shape (n_samples, n_features)
        Samples.
    y : array-like of shape (n_samples,) or (n_samples, n_targets)
        Target.
    sample_weight : float or array-like of shape (n_samples,), default=None
        Non-negative weights, of the model; of a pipeline no other step gets them.

    Returns
    -------
    float
        In the units of the estimator's `alpha`. Infinite for an L2 norm alone, which shrinks but never
        selects.

    Raises
    ------
    TypeError
        The estimator does not end in one of this package's linear models, or in a derived class that
        overrides `fit`.

    References
    ----------
    Friedman, Hastie and Tibshirani, J. Stat. Softw. 33 (2010), section 2.5.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sknormreg import Lasso, alpha_max
    >>> X, y = load_diabetes(return_X_y=True)
    >>> largest = alpha_max(Lasso(), X, y)
    >>> [int((Lasso(alpha=a).fit(X, y).coef_ != 0).sum()) for a in (largest, 0.99 * largest)]
    [0, 1]
    """
    return largest_alpha(read(estimator, X, y, sample_weight)[1])


def alpha_grid(estimator, X, y, *, n_alphas=100, eps=None, sample_weight=None):
    """Alphas from `alpha_max` down to ``eps * alpha_max``, evenly spaced in their logarithm.

    An L2 norm alone has no `alpha_max`. Its grid goes from 1 % of the degrees of freedom that it can take
    away to 99 %, told by the eigenvalues d of the weighted Gram matrix of centred columns::

        df(alpha) = sum_j d_j / (d_j + alpha)

    for an averaged loss with curvature one; log-losses count with their mean curvature where all
    coefficients are zero. That costs one decomposition of the smaller side of X, as a fit does. With more
    than 5000 samples and features their mean m is asked instead, and the grid goes from 100 m to 1e-4 m.

    Parameters
    ----------
    estimator : estimator object
        A linear model of this package, or a pipeline that ends in one; its `alpha` is not used.
    X : {array-like, sparse matrix} of shape (n_samples, n_features)
        Samples.
    y : array-like of shape (n_samples,) or (n_samples, n_targets)
        Target.
    n_alphas : int, default=100
        How many.
    eps : float, default=None
        The smallest over the largest, in (0, 1). None is 1e-4 where there are no fewer samples than
        features, else 1e-3; of an L2 norm alone, what its degrees of freedom say.
    sample_weight : float or array-like of shape (n_samples,), default=None
        Non-negative weights, of the model; of a pipeline no other step gets them.

    Returns
    -------
    ndarray of shape (n_alphas,)
        Falling.

    Raises
    ------
    TypeError
        The estimator does not end in one of this package's linear models, or in a derived class that
        overrides `fit`.
    ValueError
        `n_alphas` or `eps` is out of range.

    References
    ----------
    Friedman, Hastie and Tibshirani, J. Stat. Softw. 33 (2010), section 2.5.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sknormreg import Lasso, alpha_grid
    >>> X, y = load_diabetes(return_X_y=True)
    >>> [f"{alpha:.2g}" for alpha in alpha_grid(Lasso(), X, y, n_alphas=5)]
    ['2.1', '0.21', '0.021', '0.0021', '0.00021']
    """
    check_grid(n_alphas, eps)
    return falling(read(estimator, X, y, sample_weight)[1], n_alphas, eps)


def check_grid(n_alphas, eps):
    """Raise for a number or a range that makes no grid."""
    if not isinstance(n_alphas, Integral) or n_alphas < 1:
        raise ValueError(f"n_alphas must be a positive integer, got {n_alphas!r}.")
    if eps is not None and not (isinstance(eps, Real) and 0 < eps < 1):
        raise ValueError(f"eps must lie between 0 and 1, got {eps!r}.")


def falling(task, n_alphas, eps):
    """The grid of a `Task`; a target that nothing explains gets one alpha throughout."""
    largest, noise = path_start(task)
    if noise is not None:
        least = np.finfo(float).resolution
        return np.full(n_alphas, max(noise, least) if np.isfinite(noise) else least)
    if np.isinf(largest):
        largest, smallest = alphas_by_freedom(task)
    else:
        rows = np.count_nonzero(task.weights)
        smallest = largest * (1e-4 if rows >= task.problems[0].n_features else 1e-3)
    return np.geomspace(largest, smallest if eps is None else eps * largest, num=n_alphas)
