"""The last step of an estimator: of a pipeline the model, at any depth, and of a bare model itself."""

from copy import copy

from sklearn.pipeline import Pipeline


def last_step(estimator):
    """The model at the end of the pipelines."""
    while isinstance(estimator, Pipeline):
        estimator = estimator.steps[-1][1]
    return estimator


def with_last_step(estimator, model):
    """An estimator that ends in another model; the other steps are shared, fitted or not."""
    if not isinstance(estimator, Pipeline):
        return model
    pipeline = copy(estimator)
    name, inner = estimator.steps[-1]
    pipeline.steps = [*estimator.steps[:-1], (name, with_last_step(inner, model))]
    return pipeline


def is_bare(estimator):
    """Whether there is no pipeline around the model."""
    return not isinstance(estimator, Pipeline)


def can_transform(estimator):
    """Whether `transform` gives what the last step sees; a class derived from Pipeline may do more."""
    while isinstance(estimator, Pipeline):
        if type(estimator) is not Pipeline:
            return False
        estimator = estimator.steps[-1][1]
    return True


def transform(estimator, X):
    """What the last step of a fitted estimator is given to predict from."""
    while isinstance(estimator, Pipeline):
        *transformers, (_, last) = estimator.steps
        for _, transformer in transformers:
            if transformer is not None and transformer != "passthrough":
                X = transformer.transform(X)
        estimator = last
    return X
