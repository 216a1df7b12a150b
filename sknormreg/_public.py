"""What `sknormreg` is to others: its version, what it exports, and the names that pickles hold."""

__version__ = "0.1.0"

#: What `sknormreg` itself exports, by the package that defines it.
DEFINED_IN = {
    "linear_model": (
        "ElasticNet",
        "ElasticNetClassifier",
        "Lasso",
        "LassoClassifier",
        "Ridge",
        "RidgeClassifier",
    ),
    "model_selection": (
        "ElasticNetCV",
        "ElasticNetClassifierCV",
        "LassoCV",
        "LassoClassifierCV",
        "PathSearchCV",
        "RidgeCV",
        "RidgeClassifierCV",
        "StabilitySelection",
        "alpha_grid",
        "alpha_max",
        "convert_alpha",
        "one_standard_error",
        "regularization_path",
    ),
    "pruning": (
        "CoefficientPruner",
        "MagnitudePrunedClassifier",
        "MagnitudePrunedRegressor",
        "PrunedEstimator",
    ),
}


def publish(scope, names, module="sknormreg"):
    """Have classes and functions of a package say that they are from the public module they are taken from.

    That is the name under which pickle and skops look for them, and files inside a package can then move.
    """
    for name in names:
        scope[name].__module__ = module
