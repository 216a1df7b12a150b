"""scikit-learn's metrics, of many models at once.

A metric here takes the linear predictors (n, models, outputs), the models, y and sample weights, and
gives what scikit-learn's function gives for each model, or None: then that function has to be asked. It
words all complaints, so whatever is out of the ordinary is left to it.
"""

import numpy as np
from scipy.special import expit, softmax
from sklearn.metrics import (
    accuracy_score,
    log_loss,
    max_error,
    mean_absolute_error,
    mean_squared_error,
    r2_score,
    root_mean_squared_error,
)

from ..linear_model._predict_path import predicts_classes, predicts_numbers, predicts_probabilities


def of_numbers(formula):
    """A metric from a formula of residuals (n, models, outputs), y (n, outputs) and weights."""

    def metric(predictors, models, y, weight):
        y = np.asarray(y)
        if y.dtype.kind not in "fiu" or np.float64 not in (y.dtype, predictors.dtype):
            return None
        y = y[:, None] if y.ndim == 1 else y
        if y.ndim != 2 or y.shape != predictors.shape[::2] or not predicts_numbers(models[0]):
            return None
        return formula(y[:, None] - predictors, y, weight)

    return metric


def mean(values, weight):
    """Over the samples."""
    return values.mean(axis=0) if weight is None else np.tensordot(weight, values, 1) / weight.sum()


def r2(residuals, y, weight):
    error = mean(residuals**2, weight)
    variance = mean((y - np.average(y, axis=0, weights=weight)) ** 2, weight)
    return np.where(variance != 0, 1 - error / variance, error == 0).mean(axis=1)


def squared(residuals, y, weight):
    return mean(residuals**2, weight).mean(axis=1)


def root_squared(residuals, y, weight):
    return np.sqrt(mean(residuals**2, weight)).mean(axis=1)


def absolute(residuals, y, weight):
    return mean(np.abs(residuals), weight).mean(axis=1)


def largest(residuals, y, weight):
    return np.abs(residuals).max(axis=(0, 2)) if y.shape[1] == 1 else None


def accuracy(predictors, models, y, weight):
    y = np.asarray(y)
    classes = labels_of(models[0], y)
    if classes is None:
        return None
    binary = predictors.shape[2] == 1
    found = (predictors[:, :, 0] > 0).astype(int) if binary else predictors.argmax(axis=2)
    codes = np.searchsorted(classes, y).clip(max=classes.size - 1)
    hits = (found == codes[:, None]) & (classes[codes] == y)[:, None]
    return mean(hits, weight)


def log_losses(predictors, models, y, weight):
    """Of probabilities no nearer to 0 and 1 than scikit-learn lets them be."""
    y = np.asarray(y)
    classes = labels_of(models[0], y)
    if classes is None or not predicts_probabilities(models[0]) or predictors.dtype != np.float64:
        return None
    if not np.array_equal(np.unique(y), classes):
        return None
    codes = np.searchsorted(classes, y)[:, None]
    if predictors.shape[2] == 1:
        p = expit(predictors[:, :, 0])
        own = np.where(codes == 1, p, 1.0 - p)
    else:
        own = np.take_along_axis(softmax(predictors, axis=2), codes[:, :, None], axis=2)[:, :, 0]
    eps = np.finfo(np.float64).eps
    return mean(-np.log(own.clip(eps, 1.0 - eps)), weight)


def labels_of(model, y):
    """The classes of a model that predicts them, where y has labels of their kind."""
    if y.ndim != 1 or not are_labels(y) or not predicts_classes(model):
        return None
    return model.classes_ if model.classes_.dtype.kind == y.dtype.kind else None


def are_labels(y):
    """Integers in whatever form, truth values or strings."""
    if y.dtype.kind == "f":
        return np.array_equal(y, np.rint(y)) and np.isfinite(y).all()
    return y.dtype.kind in "biuU" or all(type(label) is str for label in y)


METRICS = {
    r2_score: of_numbers(r2),
    mean_squared_error: of_numbers(squared),
    root_mean_squared_error: of_numbers(root_squared),
    mean_absolute_error: of_numbers(absolute),
    max_error: of_numbers(largest),
    accuracy_score: accuracy,
    log_loss: log_losses,
}


def measure(function, predictors, models, y, sample_weight=None):
    """What `function`, one of scikit-learn's, gives for each model, or None."""
    weight = None
    if sample_weight is not None:
        weight = np.asarray(sample_weight)
        if weight.ndim != 1 or weight.dtype.kind not in "fiu" or len(weight) != len(predictors):
            return None
        weight = weight.astype(np.float64)
        if not weight.sum() > 0:
            return None
    if len(predictors) < 2 or function not in METRICS:
        return None
    with np.errstate(all="ignore"):
        values = METRICS[function](predictors, models, y, weight)
    return values if values is not None and np.isfinite(values).all() else None
