"""Estimators as messages name them: by parameters and by where they come from."""


def described(estimator):
    """Such as "Lasso() of sklearn.linear_model", since several packages have one."""
    if not hasattr(type(estimator), "get_params"):
        return repr(estimator)
    parts = type(estimator).__module__.split(".")
    return f"{estimator!r} of {'.'.join(part for part in parts if not part.startswith('_')) or parts[0]}"
