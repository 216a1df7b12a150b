"""Cross-validated scores as searches and cross-validated estimators keep them, for a curve."""

from numbers import Real

import numpy as np
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.utils.validation import check_is_fitted

from ..diagnosis.criteria import CRITERIA
from ..diagnosis.rules import best_of, mean_and_error, simplest_near
from ..model_selection._compat import scorer_parts
from ..model_selection._linear import described
from ._feature_names import unwrap

WEAKER_IF_LARGER = ("C", "n_features_to_keep")
SQUARED_ERROR = "neg_mean_squared_error"


def curve_data(estimator, X, y, param_name, scoring, larger_is_simpler):
    """The parameters of a `CVCurveDisplay`, from whatever was fitted."""
    while hasattr(estimator, "steps"):
        estimator = estimator.steps[-1][1]
    check_is_fitted(estimator)
    if isinstance(getattr(estimator, "cv_results_", None), dict):
        return of_search(estimator, X, y, param_name, scoring, larger_is_simpler)
    if hasattr(estimator, "mean_score_path_"):
        return of_paths(estimator)
    if hasattr(estimator, "mse_path_"):
        return of_scikit_learn(estimator)
    raise TypeError(
        "A search with cv_results_ is needed, or an estimator cross-validated along a path, with "
        f"mean_score_path_ or mse_path_: got {described(estimator)}."
    )


def of_paths(model):
    """Of LassoCV and its like in this package."""
    if getattr(model, "alpha_per_target", False):
        raise ValueError(
            "With alpha_per_target=True every target has a curve of its own: fit one at a time."
        )
    names, chosen = _curves(model)

    def by_curve(values):
        """(curves, alphas): the axes of l1_ratios and blends are there only where there are several."""
        return None if values is None else np.reshape(values, (len(names), -1))

    means, errors = by_curve(model.mean_score_path_), by_curve(model.score_se_path_)[chosen]
    counts = by_curve(getattr(model, "n_nonzero_path_", None))
    alphas = np.atleast_2d(model.alphas_)  # one row, or one for each l1_ratio
    alphas = np.repeat(alphas, len(names) // len(alphas), axis=0)
    found = {
        "alphas": alphas[chosen],
        "mean_scores": means[chosen],
        "standard_errors": errors,
        "n_nonzero": None if counts is None else counts[chosen],
        "score_name": _name_of_path(model),
        "curve_name": names[chosen] or None,
        "others": {name: (alphas[k], means[k]) for k, name in enumerate(names) if k != chosen},
    }
    if not np.any(errors > 0):  # of a criterion, a single fold, or a score that is no mean over samples
        found["standard_errors"] = None
    if best_of(means) // means.shape[1] != chosen:  # a callable may choose another curve than the best one
        return found
    if found["standard_errors"] is None:
        return found | {"alpha_min": model.alpha_min_}
    return found | {"alpha_min": model.alpha_min_, "alpha_1se": model.alpha_1se_}


def _curves(model):
    """(names of the curves of l1_ratios and blends, the position of the one chosen)."""
    names, chosen = [""], 0
    for parameter in ("l1_ratio", "relax"):
        values = np.atleast_1d(getattr(model, parameter, None))
        if values.size < 2:
            continue
        values = values.astype(float)
        names = [f"{name}, {parameter} = {v:g}".removeprefix(", ") for name in names for v in values]
        picked = np.argmin(np.abs(values - getattr(model, f"{parameter}_")))
        chosen = chosen * values.size + int(picked)
    return names, chosen


def _name_of_path(model):
    if getattr(model, "alpha_rule", None) in CRITERIA:
        return f"neg_{model.alpha_rule}"
    if model.scoring is None and model.cv is None and hasattr(model, "store_cv_results"):
        return SQUARED_ERROR  # leave-one-out of ridge, of the coded classes too
    return score_name(model.scoring) or getattr(model, "_scoring", None)


def of_scikit_learn(model):
    """Of scikit-learn's LassoCV and ElasticNetCV."""
    names, chosen = _curves(model)
    scores = -np.reshape(model.mse_path_, (len(names), -1, model.mse_path_.shape[-1]))
    alphas = np.broadcast_to(model.alphas_, scores.shape[:2])
    return {
        "alphas": alphas[chosen],
        "scores": scores[chosen],
        "alpha_min": model.alpha_,
        "score_name": SQUARED_ERROR,
        "curve_name": names[chosen] or None,
        "others": {name: (alphas[k], scores[k].mean(-1)) for k, name in enumerate(names) if k != chosen},
    }


def of_search(search, X, y, param_name, scoring, larger_is_simpler):
    """Of the candidates that differ from the best one in a single parameter."""
    results, params = search.cv_results_, search.cv_results_["params"]
    score = _which_score(search, scoring)
    splits = np.column_stack([results[f"split{i}_test_{score}"] for i in range(search.n_splits_)])
    mean = np.asarray(results[f"mean_test_{score}"])
    name = _parameter(params, param_name)
    short = name.rpartition("__")[2]
    if larger_is_simpler is None:
        larger_is_simpler = getattr(search.refit, "larger_is_simpler", short not in WEAKER_IF_LARGER)

    # A halving search tries its candidates again and again, on more data: the last score of each counts,
    # and the best is one of those that came through to the end.
    turns = np.asarray(results.get("iter", np.zeros(len(params))))
    last = np.flatnonzero((turns == turns.max()) & ~np.isnan(mean))
    if last.size == 0:
        raise ValueError("No candidate has a score on every fold: there is no curve to plot.")
    best = int(getattr(search, "best_index_", last[np.argmax(mean[last])]))
    if name not in params[best]:
        raise ValueError(f"The best candidate has no {name}: {params[best]}.")
    rows = {one[name]: row for row, one in enumerate(params) if _differ_only_in(name, one, params[best])}
    values, rows = np.array(list(rows), dtype=float), np.array(list(rows.values()))
    final = np.isin(rows, last)
    return {
        "alphas": values,
        "scores": splits[rows],
        "n_nonzero": None if X is None else [_count(search.estimator, params[row], X, y) for row in rows],
        "alpha_min": values[final][np.argmax(mean[rows[final]])],
        "alpha_1se": _within_one_error(values[final], splits[rows[final]], larger_is_simpler),
        "score_name": _name_of(search, score),
        "param_name": short,
        "larger_is_simpler": larger_is_simpler,
        "curve_name": _chosen_beside(name, params, params[best]),
    }


def _chosen_beside(name, params, best):
    """What else the search chose of, and took."""
    varied = [
        key
        for key in sorted(best.keys() - {name})
        if not all(key in one and _same(one[key], best[key]) for one in params)
    ]
    return ", ".join(f"{key.rpartition('__')[2]} = {_brief(best[key])}" for key in varied) or None


def _brief(value):
    return f"{value:.3g}" if isinstance(value, Real) and not isinstance(value, bool) else f"{value!s:.30}"


def _within_one_error(values, scores, larger_is_simpler):
    """None where a single fold tells no error."""
    if scores.shape[1] == 1:
        return None
    best = best_of(scores.mean(axis=1))
    strength = values if larger_is_simpler else -values
    return values[simplest_near(scores.mean(axis=1), mean_and_error(scores[best])[1], best, strength)]


def _count(estimator, params, X, y):
    """Non-zero coefficients of a candidate."""
    candidate = clone(estimator).set_params(**clone(params, safe=False))
    return np.count_nonzero(unwrap(candidate.fit(X, y))[0].coef_)


def _which_score(search, scoring):
    known = [key.removeprefix("mean_test_") for key in search.cv_results_ if key.startswith("mean_test_")]
    usual = search.refit if isinstance(search.refit, str) else "score" if len(known) > 1 else known[0]
    score = usual if scoring is None else scoring
    if score not in known:
        raise ValueError(f"The search has the scores {', '.join(known)}: say which with scoring.")
    return score


def _parameter(params, asked):
    """The full name of the parameter along the axis."""
    names = sorted(set().union(*params))
    values = {name: [one[name] for one in params if name in one] for name in names}
    numeric = [
        name
        for name in names
        if all(isinstance(v, Real) and not isinstance(v, bool) for v in values[name])
        and len(set(values[name])) > 1
    ]
    if asked is None:
        found = numeric if len(numeric) == 1 else [n for n in numeric if n.rpartition("__")[2] == "alpha"]
    else:
        found = [name for name in numeric if asked in (name, name.rpartition("__")[2])]
    if len(found) != 1:
        said = f"param_name={asked!r} is not one of them" if asked else "say which with param_name"
        raise ValueError(
            f"The numbers that the search varies are {', '.join(numeric) or 'none at all'}: {said}."
        )
    return found[0]


def _differ_only_in(name, params, best):
    others = params.keys() - {name}
    return (
        name in params and params.keys() == best.keys() and all(_same(params[k], best[k]) for k in others)
    )


def _same(a, b):
    return a is b or np.array_equal(a, b)


def _name_of(search, score):
    """What the score of a search is, by scikit-learn's names."""
    scoring = search.scoring
    if isinstance(scoring, dict):
        scoring = scoring.get(score)
    elif score != "score":
        scoring = score
    elif scoring is None:
        return "accuracy" if is_classifier(search) else "r2" if is_regressor(search) else None
    return score_name(scoring) or (score if score != "score" else None)


def score_name(scoring):
    """None where it has none."""
    if isinstance(scoring, str):
        return scoring
    parts = scorer_parts(scoring)
    return parts and ("neg_" if parts[1] < 0 else "") + parts[0].__name__
