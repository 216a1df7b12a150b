"""The code of the page on choosing alpha; CI runs it."""

# search
import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknormreg import (
    ElasticNet,
    Lasso,
    LassoCV,
    PathSearchCV,
    StabilitySelection,
    one_standard_error,
    regularization_path,
)

X, y = load_diabetes(return_X_y=True, as_frame=True)
pipeline = make_pipeline(StandardScaler(), Lasso())
grid = {"lasso__alpha": np.geomspace(0.05, 50, 50)}
search = PathSearchCV(pipeline, grid, cv=10).fit(X, y)
print(search.best_params_, search.best_score_)
# search ends

# rule
LassoCV(alpha_rule="1se").fit(X, y)
GridSearchCV(
    LogisticRegression(max_iter=10_000),
    {"C": [0.01, 0.1, 1.0]},
    refit=one_standard_error("C", larger_is_simpler=False),
).fit(X, y > 150)
# rule ends

# path
path = regularization_path(ElasticNet(l1_ratio=0.8), X, y, alphas=50)
print(path.coefs.shape, path.df[[0, 20, 49]], path.dual_gaps.max())
print(path.to_frame().iloc[::10, :5])
model = path.at(0.1)
# path ends

# stable
selector = StabilitySelection(Lasso(), error_bound=1.0, random_state=0).fit(X, y)
print(selector.get_feature_names_out(), selector.error_bound_)
# stable ends
