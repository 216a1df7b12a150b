"""Whether a shortcut still stands for the method that it replaces.

A shortcut was written for the methods that its class knew. A class derived later may override one of them
and inherit the shortcut, which goes past what is new.
"""


def overridden(estimator, methods, knows):
    """Which class overrides one of `methods` and inherits the shortcut, in words, or None.

    `knows` is asked of the estimator and of its classes, in the order in which Python looks names up, until
    one has the shortcut: that knows the methods which come after it.
    """
    for space in (estimator, *type(estimator).__mro__):
        if knows(space):
            return None
        for method in methods:
            if own(space, method) is not None:
                name = space.__name__ if isinstance(space, type) else f"This {type(space).__name__}"
                return f"{name} overrides {method}"
    return None


def own(space, name):
    """What an object or a class has under a name itself, or None."""
    return getattr(space, "__dict__", {}).get(name)


def why_no_path(estimator):
    """Why `fit_path` gives nothing that `fit` would give, in words, or None where it does."""
    if not hasattr(estimator, "fit_path"):
        return f"{type(estimator).__name__} has no fit_path"
    methods = ("fit", *getattr(estimator, "_parts_of_fit", ()))
    reason = overridden(estimator, methods, lambda space: own(space, "fit_path") is not None)
    return reason and f"{reason} and inherits fit_path"
