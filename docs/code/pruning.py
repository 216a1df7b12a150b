"""The code of the user guide on pruning."""

from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknormreg import (
    CoefficientPruner,
    Lasso,
    MagnitudePrunedClassifier,
    MagnitudePrunedRegressor,
    PrunedEstimator,
    Ridge,
)
from sknormreg.norms import norm
from sknormreg.pruning import magnitude_mask, retain_weights

# model
X, y = load_diabetes(return_X_y=True)
model = MagnitudePrunedRegressor(alpha=0.1, n_features_to_keep=4, n_steps=6).fit(X, y)
print(model.coef_)  # exactly 0.0 where pruned
print(model.support_)  # which features are kept
print(model.pruning_path_["score"])  # R^2 on the training data after each step
# model ends
assert (model.coef_ != 0).sum() == 4
assert len(model.pruning_path_["score"]) == 7

# transformer
pipeline = make_pipeline(StandardScaler(), CoefficientPruner(Lasso(alpha=1.0)), Ridge())
grid = {
    "coefficientpruner__estimator__alpha": [0.3, 1.0, 3.0],
    "ridge__alpha": [0.1, 1.0, 10.0],
}
search = GridSearchCV(pipeline, grid).fit(X, y)
print(search.best_estimator_[:-1].get_feature_names_out())
# transformer ends
assert search.best_score_ > 0.4

# auto
X, y = load_breast_cancer(return_X_y=True)
model = MagnitudePrunedClassifier(LogisticRegression(), sparsity="auto", sparsity_rule="1se", n_steps=10)
pipeline = make_pipeline(StandardScaler(), model).fit(X, y)
path = pipeline[-1].pruning_path_
for n_kept, mean, error in zip(path["n_kept"], path["cv_score"], path["cv_score_se"], strict=True):
    print(f"{n_kept:>3} features: {mean:.3f} +- {error:.3f}")
print("chosen:", pipeline[-1].n_features_selected_)
# auto ends
assert 1 <= pipeline[-1].n_features_selected_ < 30

# network
X, y = load_digits(return_X_y=True)
X = X / 16
network = MLPClassifier(hidden_layer_sizes=32, max_iter=1000, random_state=0)
options = {"scope": "global", "scores": "lamp", "n_steps": 3, "schedule": "cubic", "random_state": 0}
model = PrunedEstimator(network, sparsity=0.9, **options).fit(X, y)
print([int((layer != 0).sum()) for layer in model.estimator_.coefs_])  # weights left in each layer
# network ends
assert sum((layer != 0).sum() for layer in model.estimator_.coefs_) == 237

# arrays
W = network.fit(X, y).coefs_[0]
cut = retain_weights(W, 0.1)  # zero where |w| < 0.1 max|W|
mask = magnitude_mask(W, sparsity=0.9)  # the largest tenth
print(norm(W - W * mask) / norm(W))  # what the second cut takes away
# arrays ends
assert 0 < norm(W - W * mask) / norm(W) < 1
assert ((cut == 0) | (cut == W)).all()
