"""The estimators, and the checks of scikit-learn's that they are put through.

At the default strength of a lasso every coefficient of scikit-learn's small check problems is zero and the
checks would pass emptily, so each class appears at several strengths, with and without an intercept, and
with every loss. The first instance of a class stands for it in the quick run.
"""

import os

from sklearn import linear_model
from sklearn.base import is_classifier
from sklearn.decomposition import PCA
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import estimator_checks_generator
from sklearn.utils.validation import has_fit_parameter

from sknormreg import (
    CoefficientPruner,
    ElasticNet,
    ElasticNetClassifier,
    ElasticNetClassifierCV,
    ElasticNetCV,
    Lasso,
    LassoClassifier,
    LassoClassifierCV,
    LassoCV,
    MagnitudePrunedClassifier,
    MagnitudePrunedRegressor,
    PathSearchCV,
    PrunedEstimator,
    Ridge,
    RidgeClassifier,
    RidgeClassifierCV,
    RidgeCV,
    StabilitySelection,
)


def instances():
    for intercept in (True, False):
        for strength in ({"alpha": 0.01}, {}, {"alpha": 1e-3}):
            options = {"fit_intercept": intercept, **strength}
            yield Lasso(**options)
            yield ElasticNet(**options)
            yield Ridge(**options)
            for loss in ("squared", "log_loss"):
                yield RidgeClassifier(loss=loss, **options)
            for loss in ("log_loss", "squared_hinge"):
                yield LassoClassifier(loss=loss, **options)
                yield ElasticNetClassifier(loss=loss, **options)
        yield Lasso(alpha=0.01, positive=True, fit_intercept=intercept)
        yield ElasticNet(alpha=0.01, bounds=(-1, 2), penalty_factor=0.5, fit_intercept=intercept)
        yield Ridge(alpha=0.01, positive=True, fit_intercept=intercept)


class WithoutAlpha(MagnitudePrunedRegressor):
    """For a check that sets alpha = 0.01 on every regressor that has one, and no `alphas`.

    Beside an `estimator` an alpha is an error, by design (`test_bad_input_is_named`).
    """

    alphas = None


def pruned_instances():
    logistic = LogisticRegression(C=10.0)
    yield MagnitudePrunedRegressor()
    yield MagnitudePrunedRegressor(alpha=0.01, threshold=0.1, n_steps=3, schedule="cubic")
    yield MagnitudePrunedRegressor(sparsity="auto", sparsity_rule="bic", structure="features")
    yield WithoutAlpha(ElasticNet(0.01), sparsity=0.3)
    yield WithoutAlpha(Lasso(0.01), sparsity="auto", sparsity_rule="1se", cv=3)
    yield WithoutAlpha(LinearRegression(), refit=False, sparsity=0.2)
    yield MagnitudePrunedClassifier()
    yield MagnitudePrunedClassifier(alpha=0.01, structure="features", sparsity=0.3, n_steps=2)
    yield MagnitudePrunedClassifier(logistic, sparsity="auto", cv=3)
    yield MagnitudePrunedClassifier(logistic, threshold=0.2, refit=False)
    yield CoefficientPruner(Ridge())
    yield CoefficientPruner(Lasso(0.01))
    yield CoefficientPruner(logistic, sparsity=0.5)
    yield CoefficientPruner(logistic, threshold="mean", norm_order=2, max_features=2)
    yield CoefficientPruner(Ridge(), sparsity="auto")
    yield CoefficientPruner(Lasso(0.01), sparsity="auto", sparsity_rule="bic")
    yield PrunedEstimator(Ridge())
    yield PrunedEstimator(Lasso(0.01), threshold=0.1, refit=False)
    yield PrunedEstimator(logistic, sparsity=0.2, n_steps=2)
    yield PrunedEstimator(make_pipeline(StandardScaler(with_mean=False), logistic), sparsity=0.3)
    if has_fit_parameter(MLPClassifier, "sample_weight"):  # scikit-learn >= 1.7
        network = {"random_state": 0, "max_iter": 10_000, "hidden_layer_sizes": 20}
        fast = {"learning_rate_init": 0.02, "tol": 1e-3}
        yield PrunedEstimator(MLPClassifier(**network, **fast), sparsity=0.3, n_epochs=3, random_state=0)
        lbfgs = {"solver": "lbfgs", "tol": 0.1}
        yield PrunedEstimator(MLPRegressor(**network, **lbfgs), sparsity=0.3, structure="features")


def cv_instances():
    few = {"alphas": 3, "eps": 0.05}
    yield LassoCV(**few)
    yield LassoCV(**few, cv=3, alpha_rule="1se", scoring="neg_mean_absolute_error")
    yield LassoCV(**few, cv="alo", fit_intercept=False)
    yield ElasticNetCV(**few, cv=3, l1_ratio=[0.3, 0.9])
    yield ElasticNetCV(**few, alpha_rule="bic", positive=True)
    yield RidgeCV()
    yield RidgeCV(cv=3, alpha_rule="1se", fit_intercept=False)
    yield RidgeClassifierCV()
    yield RidgeClassifierCV(cv=3, alpha_rule="1se")
    yield LassoClassifierCV(**few, cv=2)
    yield LassoClassifierCV(**few, cv="alo", loss="squared_hinge")
    yield ElasticNetClassifierCV(alphas=[0.05, 0.01], l1_ratio=[0.3, 0.9], alpha_rule="ebic")
    yield ElasticNetClassifierCV(**few, cv=2, alpha_rule="1se", loss="squared_hinge")


def stability_instances():
    few = {"n_pairs": 2, "n_alphas": 4}
    yield StabilitySelection(Lasso(), threshold=0.6, max_features=3, **few)
    yield StabilitySelection(LassoClassifier(), threshold=0.6, max_features=7, **few)
    yield StabilitySelection(ElasticNetClassifier(), error_bound=3.0, assumption="unimodal", **few)
    yield StabilitySelection(Ridge(), alphas=[0.1, 1.0], **few)
    yield StabilitySelection(linear_model.Lasso(), alphas=0.001, threshold=0.6, **few)


def search_instances():
    """Errors are raised, or else they are scores of NaN and warnings."""
    options = {"cv": 2, "error_score": "raise"}
    scaled = make_pipeline(StandardScaler(with_mean=False), LassoClassifier())
    grid = {"lassoclassifier__alpha": [0.01, 0.1], "standardscaler__with_std": [True, False]}
    yield PathSearchCV(Ridge(), {"alpha": [0.1, 1.0]}, error_score="raise")
    yield PathSearchCV(Lasso(), {"alpha": [0.01, 0.1]}, **options)
    yield PathSearchCV(LassoClassifier(), {"alpha": [0.01, 0.1]}, **options)
    yield PathSearchCV(make_pipeline(PCA(), Ridge()), {"ridge__alpha": [0.1, 1.0]}, **options)
    yield PathSearchCV(scaled, grid, **options)
    yield PathSearchCV(KernelRidge(), {"alpha": [0.1, 1.0]}, **options)


def checks(estimator):
    """scikit-learn's checks of one estimator, less those that could say nothing about it.

    * The array API check only runs with SCIPY_ARRAY_API=1 in the environment; CI makes that second run.
    * A linear classifier without an intercept decides by a plane through the origin, so on data spread
      around the origin it cannot put 87 % of the samples on one side, whatever the class weights:
      `check_class_weight_classifiers` asks just that, and fails for any such classifier
      (`test_no_intercept_cannot_follow_class_weights` shows it for scikit-learn's own).
    * The format of multilabel probabilities is no question for a loss without probabilities: the squared
      loss has, like scikit-learn's RidgeClassifier, no `predict_proba`. A network has no
      `decision_function`.
    """
    for _, check in estimator_checks_generator(estimator):
        name = check.func.__name__
        if name == "check_array_api_input" and os.environ.get("SCIPY_ARRAY_API") != "1":
            continue
        if (
            name == "check_class_weight_classifiers"
            and is_classifier(estimator)
            and not getattr(estimator, "fit_intercept", True)
        ):
            continue
        _, multilabel, method = name.partition("check_classifiers_multilabel_output_format_")
        if multilabel and not hasattr(estimator, method):
            continue
        yield check
