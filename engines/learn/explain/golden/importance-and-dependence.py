"""Golden values of scikit-learn 1.2.1 (Debian's python3-sklearn), in importance-and-dependence.json beside this file.

    python3 importance-and-dependence.py > importance-and-dependence.json

The predictors are formulas, so that both sides predict the same; the data are rounded and stored.
"""
import json

import numpy as np
import sklearn
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.inspection import partial_dependence, permutation_importance

rng = np.random.RandomState(3)
n = 60
X = np.round(rng.normal(size=(n, 4)), 3)
X[:, 1] = np.round(0.9 * X[:, 0] + 0.3 * X[:, 1], 3)
X[:, 3] = rng.randint(0, 3, size=n)
y = np.round(X[:, 0] + X[:, 1] ** 2 + 0.4 * rng.normal(size=n), 3)
codes = (X[:, 0] + 0.7 * rng.normal(size=n) > 0).astype(int)


class Formula(RegressorMixin, BaseEstimator):
    def fit(self, X, y):
        self.fitted_ = True
        return self

    def predict(self, X):
        return X[:, 0] * (1 + X[:, 2]) + X[:, 1] ** 2 + np.sin(X[:, 3])


class Chance(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        self.classes_ = np.array([0, 1])
        return self

    def predict_proba(self, X):
        p = 1 / (1 + np.exp(-(2 * X[:, 0] + X[:, 1] * X[:, 2])))
        return np.stack([1 - p, p], axis=1)

    def predict(self, X):
        return (self.predict_proba(X)[:, 1] > 0.5).astype(int)


number, chance = Formula().fit(X, y), Chance().fit(X, codes)
out = {"made_with": f"scikit-learn {sklearn.__version__}", "data": {"X": X.T.tolist(), "y": y.tolist(), "codes": codes.tolist()}}
repeats = 4000
for name, model, target, scoring in [
        ("r2", number, y, "r2"), ("rmse", number, y, "neg_root_mean_squared_error"),
        ("roc_auc", chance, codes, "roc_auc"), ("log_loss", chance, codes, "neg_log_loss")]:
    found = permutation_importance(model, X, target, scoring=scoring, n_repeats=repeats, random_state=1)
    out[f"importance_{name}"] = {
        "call": f"permutation_importance(model, X, target, scoring='{scoring}', n_repeats={repeats}, random_state=1)",
        "repeats": repeats, "mean": found.importances_mean.tolist(), "sd": found.importances_std.tolist()}
for name, model, column, settings in [
        ("number", number, 0, {"grid_resolution": 7}), ("squared", number, 1, {"grid_resolution": 5, "percentiles": (0.1, 0.8)}),
        ("category", number, 3, {}), ("chance", chance, 2, {"grid_resolution": 6})]:
    found = partial_dependence(model, X, [column], kind="both", method="brute", **settings)
    out[f"dependence_{name}"] = {
        "call": f"partial_dependence(model, X, [{column}], kind='both', method='brute', {settings})",
        "column": column, "grid": found["values"][0].tolist(), "average": found["average"][0].tolist(),
        "first_rows": found["individual"][0][:3].tolist()}
print(json.dumps(out))
