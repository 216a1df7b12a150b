"""The rule of one standard error, for the results of any search."""

import numpy as np

from ..diagnosis.rules import best_of, mean_and_error, simplest_near


def one_standard_error(param="alpha", *, larger_is_simpler=True, scoring=None):
    """Choose the most regularised candidate that is within one standard error of the best.

    For ``refit=`` of :class:`sklearn.model_selection.GridSearchCV` and every other search with the same
    `cv_results_`. With m_c the mean score of candidate c and b the best one, it takes the simplest c with::

        m_c >= m_b - std_b / sqrt(n_folds)

    among those that differ from b in `param` alone and are no less regularised; std_b is the standard
    deviation of the scores of b over the folds, with ``ddof=1``. With a single fold it is zero.

    Parameters
    ----------
    param : str, default='alpha'
        The parameter that regularises, as in the grid; its last part will do where that names one alone:
        "alpha" for "lasso__alpha".
    larger_is_simpler : bool, default=True
        Whether larger values regularise more. False for a C, or for `n_features_to_keep`.
    scoring : str, default=None
        Which score decides, where the search computes several.

    Returns
    -------
    callable
        Takes `cv_results_` and returns the index of the candidate.

    Raises
    ------
    TypeError
        `param` is no name: the rule itself was given where it is to be made.
    ValueError
        By the callable: a parameter or score that is not in the results, values that are not numbers, or no
        candidate with a score.

    References
    ----------
    Breiman, Friedman, Olshen and Stone, "Classification and regression trees", 1984, section 3.4.3.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.model_selection import GridSearchCV
    >>> from sknormreg import Lasso, one_standard_error
    >>> X, y = load_diabetes(return_X_y=True)
    >>> grid = {"alpha": np.geomspace(1e-3, 1, 13)}
    >>> plain = GridSearchCV(Lasso(), grid).fit(X, y)
    >>> simple = GridSearchCV(Lasso(), grid, refit=one_standard_error()).fit(X, y)
    >>> [int((search.best_estimator_.coef_ != 0).sum()) for search in (plain, simple)]
    [9, 6]
    """
    if not isinstance(param, str):
        raise TypeError(
            f"param must be the name of a parameter, got an object of type {type(param).__name__}. "
            "one_standard_error makes the rule and is not the rule: give one_standard_error(), with "
            "parentheses, to refit or alpha_rule."
        )
    return OneStandardError(param, larger_is_simpler, scoring)


class OneStandardError:
    """What `one_standard_error` makes: a function that can be pickled and compared."""

    def __init__(self, param, larger_is_simpler, scoring):
        self.param, self.larger_is_simpler, self.scoring = param, larger_is_simpler, scoring

    def __repr__(self):
        return (
            f"one_standard_error({self.param!r}, larger_is_simpler={self.larger_is_simpler!r}, "
            f"scoring={self.scoring!r})"
        )

    def __eq__(self, other):
        return isinstance(other, OneStandardError) and vars(self) == vars(other)

    __hash__ = None

    def __call__(self, results):
        name = self._name(results["params"])
        splits = self._splits(results)
        mean = splits.mean(axis=1)
        if np.isnan(mean).all():
            raise ValueError("No candidate has a score on every fold: there is none to choose.")
        best = best_of(mean)
        strength = self._strengths(results["params"], name)
        others = [{k: v for k, v in params.items() if k != name} for params in results["params"]]
        alike = np.array([_same(other, others[best]) for other in others])
        return simplest_near(mean, mean_and_error(splits[best])[1], best, strength, alike)

    def _name(self, params):
        """The parameter's name in the grid."""
        names = sorted(set().union(*params))
        if self.param in names:
            return self.param
        found = [name for name in names if name.rpartition("__")[2] == self.param]
        if len(found) != 1:
            said = f"fits {' and '.join(found)}" if found else "is none of them"
            raise ValueError(f"The search varies {', '.join(names)}: param={self.param!r} {said}.")
        return found[0]

    def _splits(self, results):
        """Scores (candidates, folds)."""
        suffix = f"_test_{self.scoring or 'score'}"
        columns = [key for key in results if key.startswith("split") and key.endswith(suffix)]
        if not columns:
            known = sorted(key[10:] for key in results if key.startswith("mean_test_"))
            raise ValueError(
                f"The results have no score {self.scoring or 'score'!r}, but {', '.join(known)}: say which "
                "with scoring."
            )
        return np.column_stack([np.asarray(results[key], dtype=float) for key in columns])

    def _strengths(self, params, name):
        """How much each candidate regularises; minus infinity where it does not have the parameter."""
        values = [one.get(name) for one in params]
        try:
            values = np.array([np.nan if value is None else value for value in values], dtype=float)
        except (TypeError, ValueError):
            raise ValueError(f"{name} must have numbers for values to be ranked, got {values!r}.") from None
        return np.where(np.isnan(values), -np.inf, values if self.larger_is_simpler else -values)


def _same(a, b):
    """Whether two sets of parameters are equal; values that are arrays by their entries."""
    return a.keys() == b.keys() and all(_equal(a[key], b[key]) for key in a)


def _equal(a, b):
    if a is b:
        return True
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return np.array_equal(a, b)
    return bool(a == b)
