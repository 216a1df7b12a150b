"""The coefficients of a fitted model as a table."""

import numpy as np
from scipy.sparse import issparse
from sklearn.utils.validation import check_is_fitted

from .._compat import import_pandas
from ..linear_model import output_names
from ._feature_names import kind_of_output, numbered, output_title, unwrap


def coef_frame(model, *, sort=False, drop_zeros=False, intercept=False):
    """Coefficients of a fitted model as a pandas DataFrame, under the names of its features.

    Parameters
    ----------
    model : estimator object
        Fitted, with `coef_`: a linear model of this package, of scikit-learn or of any other, or one inside
        a pipeline, a search, a :class:`~sklearn.compose.TransformedTargetRegressor` or the like.
    sort : bool, default=False
        Whether the largest magnitude comes first, of several outputs the largest of them. If not, the order
        is that of the features.
    drop_zeros : bool, default=False
        Whether to leave out the features whose coefficients are all exactly zero.
    intercept : bool, default=False
        Whether the intercept is the first row, "intercept". It is neither sorted nor dropped: it has the
        units of the target, and is no feature.

    Returns
    -------
    DataFrame
        One row for each feature. Its names are those that the model saw at `fit`; those that the steps
        before it in a pipeline give to their columns; or "x0", "x1", ... in the order of its columns. One
        column for each class or target, by its name; of a single one the column is "coef", and the name
        that of all columns, of two classes the second, for which positive coefficients speak. In a
        pipeline, the units are those after the transformations; in a TransformedTargetRegressor, those of
        the transformed target.

    Raises
    ------
    TypeError
        The model has no `coef_`.
    sklearn.exceptions.NotFittedError
        The model is not fitted.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sknormreg import Lasso
    >>> from sknormreg.inspection import coef_frame
    >>> X, y = load_diabetes(return_X_y=True, as_frame=True)
    >>> model = make_pipeline(StandardScaler(), Lasso(alpha=10)).fit(X, y)
    >>> coef_frame(model, sort=True, drop_zeros=True)["coef"].round(1).to_dict()
    {'bmi': 22.6, 's5': 19.6, 'bp': 6.8, 's3': -3.1}
    """
    pd = import_pandas()
    check_is_fitted(model)
    model, names = unwrap(model)
    coef = model.coef_.toarray() if issparse(model.coef_) else np.asarray(model.coef_)
    if coef.ndim not in (1, 2):
        raise TypeError(f"coef_ must have one or two dimensions, got the shape {coef.shape}.")
    coef = np.atleast_2d(coef)
    names = numbered(coef.shape[1]) if names is None else names
    order = np.arange(coef.shape[1])
    size = np.abs(coef).max(axis=0)
    if sort:
        order = np.argsort(-size, kind="stable")
    if drop_zeros:
        order = order[size[order] != 0]
    rows, index = coef[:, order].T, np.asarray(names)[order].tolist()
    if intercept:
        first = np.broadcast_to(getattr(model, "intercept_", 0.0), len(coef))
        rows, index = np.vstack([first, rows]), ["intercept", *index]
    outputs = output_names(model, len(coef))
    if len(coef) > 1:
        columns = pd.Index(range(len(coef)) if outputs is None else outputs.tolist(), name="output")
    else:
        columns = pd.Index(
            ["coef"], name=None if outputs is None else output_title(outputs[0], kind_of_output(model))
        )
    return pd.DataFrame(rows, index=pd.Index(index, name="feature"), columns=columns)
