"""
What scikit-learn's trees reach on public tables, as [mean, standard error] over three folds (row number modulo 3).
    python3 scores.py <folder of tables> > scores.json
Area under the ROC curve for two classes, accuracy for more, and 1 - RMSE / standard deviation for numbers. Forests get
medians for missing values.
"""
import csv
import json
import sys

import numpy as np
import sklearn
from sklearn.ensemble import (
    ExtraTreesClassifier, ExtraTreesRegressor, HistGradientBoostingClassifier, HistGradientBoostingRegressor,
    RandomForestClassifier, RandomForestRegressor)
from sklearn.metrics import accuracy_score, roc_auc_score

tables = {
    'sklearn_breast_cancer.csv': 'target', 'PimaIndiansDiabetes2.csv': 'diabetes', 'Sonar.csv': 'Class',
    'Vehicle.csv': 'Class', 'sklearn_diabetes.csv': 'target'}
models = {
    'boosted_trees': (HistGradientBoostingClassifier, HistGradientBoostingRegressor, {'early_stopping': False}),
    'random_forest': (RandomForestClassifier, RandomForestRegressor, {}),
    'extra_trees': (ExtraTreesClassifier, ExtraTreesRegressor, {})}

out = {'made_with': f'scikit-learn {sklearn.__version__}', 'tables': {}}
for file, target in tables.items():
    head, *rows = list(csv.reader(open(f'{sys.argv[1]}/{file}')))
    at = head.index(target)
    X = np.array([[float(cell) if cell not in ('', 'NA') else np.nan for cell in row[:at] + row[at + 1:]] for row in rows])
    y = np.array([row[at] for row in rows])
    is_class = len(set(y)) <= 12
    y = np.unique(y, return_inverse=True)[1] if is_class else y.astype(float)
    out['tables'][file] = {'target': target}
    for name, (classifier, regressor, settings) in models.items():
        scores = []
        for fold in range(3):
            check = np.arange(len(y)) % 3 == fold
            A, B = X[~check], X[check]
            if name != 'boosted_trees':
                middle = np.nanmedian(A, axis=0)
                A, B = np.where(np.isnan(A), middle, A), np.where(np.isnan(B), middle, B)
            model = (classifier if is_class else regressor)(random_state=1, **settings).fit(A, y[~check])
            if not is_class:
                scores.append(1 - np.sqrt(np.mean((model.predict(B) - y[check]) ** 2)) / np.std(y))
            elif y.max() == 1:
                scores.append(roc_auc_score(y[check], model.predict_proba(B)[:, 1]))
            else:
                scores.append(accuracy_score(y[check], model.predict(B)))
        out['tables'][file][name] = [round(float(np.mean(scores)), 5), round(float(np.std(scores, ddof=1) / np.sqrt(3)), 5)]
print(json.dumps(out, indent=2))
