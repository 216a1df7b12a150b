"""Linear predictors of many fitted models from one pass over X."""

import numpy as np
from scipy import sparse

from ._base import LinearModel
from ._classification import ClassificationMixin
from ._regression import RegressionMixin
from ._ridge_classifier import RidgeClassifier


def predicts_numbers(model):
    """Whether `predict` is the linear predictor; a class derived from one of ours may know better."""
    return _is_linear(model) and type(model).predict is RegressionMixin.predict


def predicts_classes(model):
    """Whether `predict`, for one label, is the class with the largest predictor; of two, by its sign."""
    return (
        _is_linear(model)
        and type(model).predict in (ClassificationMixin.predict, RidgeClassifier.predict)
        and type(model).decision_function is ClassificationMixin.decision_function
    )


def predicts_probabilities(model):
    """Whether `predict_proba` is the logistic function of the predictor, or the softmax of several."""
    own = getattr(type(model), "predict_proba", None) is ClassificationMixin.predict_proba
    return own and predicts_classes(model) and model.loss == "log_loss"


def linear_predictors(models, X):
    """Of models of one class, fitted to the same data, by one matrix product: (n, models, outputs).

    Columns that no model uses are left out.
    In single precision the rounding of one product and of many would show in scores: there it is many.
    """
    coefs = [np.atleast_2d(model.coef_) for model in models]
    outputs = len(coefs[0])
    if coefs[0].dtype != np.float64:
        return np.stack([model._linear_predictor(X).reshape(-1, outputs) for model in models], axis=1)
    X = models[0]._read_to_predict(X)
    if not sparse.issparse(X):
        used = np.flatnonzero(np.any([coef.any(axis=0) for coef in coefs], axis=0))
        if 2 * used.size < X.shape[1]:
            X, coefs = X[:, used], [coef[:, used] for coef in coefs]
    intercepts = [np.broadcast_to(np.ravel(model.intercept_), outputs) for model in models]
    found = X @ np.concatenate(coefs).T + np.concatenate(intercepts)
    return found.reshape(-1, len(models), outputs)


def _is_linear(model):
    return isinstance(model, LinearModel) and type(model)._linear_predictor is LinearModel._linear_predictor
