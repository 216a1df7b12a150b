"""Parameters and their constraints, told once per class instead of at every fit.

scikit-learn reads the names of parameters from the signature of the constructor, and makes objects of all
constraints, whenever it needs them. For a small fit that takes as long as the fit.
"""

from inspect import signature

from .._compat import make_constraint

_PLAIN = (bool, int, float, str, type(None))  # whose values never change
_NOTHING = object()  # what no parameter is


class CheckedOnce:
    """Whose defaults are checked once, and what else is given at every fit; before `BaseEstimator`."""

    @classmethod
    def _get_param_names(cls):
        init, names = vars(cls).get("_names_of", (None, None))
        if init is not cls.__init__:
            names = super()._get_param_names()
            cls._names_of = cls.__init__, names
        return list(names)

    def _validate_params(self):
        """Raise what scikit-learn raises, in its words, where a parameter is not valid."""
        for name, default, constraints in _checks(type(self)):
            value = getattr(self, name)
            if value is not default and not any(c.is_satisfied_by(value) for c in constraints):
                return super()._validate_params()


def _checks(cls):
    """[(name, default, constraints)]; no default where that may change, or is not valid."""
    init, given, checks = vars(cls).get("_checks_of", (None, None, None))
    if init is not cls.__init__ or given is not cls._parameter_constraints:
        init, given, checks = cls.__init__, cls._parameter_constraints, []
        parameters = signature(init).parameters
        for name in cls._get_param_names():
            constraints = given.get(name, "no_validation")
            if constraints != "no_validation":
                constraints, default = [make_constraint(c) for c in constraints], parameters[name].default
                sure = type(default) in _PLAIN and any(c.is_satisfied_by(default) for c in constraints)
                checks.append((name, default if sure else _NOTHING, constraints))
        cls._checks_of = init, given, checks
    return checks
