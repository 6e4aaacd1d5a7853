"""
Scores of scikit-learn's histogram gradient boosting on public tables, for every tenth row of those it was fitted to.
    python3 boosting.py <folder of tables> > boosting.json
Few rounds: later ones hang on ties, and on cuts of pure leaves, that its single precision decides. Columns of more than 255 different values with
other edges than ours are left out.
"""
import csv
import json
import sys

import numpy as np
import sklearn
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

cases = [
    dict(file='sklearn_diabetes.csv', target='target', leave_out=[], loss='squared', rounds=10, settings={}),
    dict(file='PimaIndiansDiabetes2.csv', target='diabetes', leave_out=['pedigree'], loss='logistic', rounds=3, settings={}),
    dict(file='sklearn_diabetes.csv', target='target', leave_out=[], loss='poisson', rounds=5, settings={}),
    dict(file='sklearn_diabetes.csv', target='target', leave_out=[], loss='absolute', rounds=5, settings={}),
    dict(file='sklearn_diabetes.csv', target='target', leave_out=[], loss='squared', rounds=5,
         settings={'l2': 3, 'leaves': 8, 'depth': 4, 'minRows': 5, 'rate': 0.3, 'monotone': {'age': 1, 'bmi': -1}}),
]
names = {'l2': 'l2_regularization', 'leaves': 'max_leaf_nodes', 'depth': 'max_depth', 'minRows': 'min_samples_leaf', 'rate': 'learning_rate'}
losses = {'squared': 'squared_error', 'absolute': 'absolute_error', 'poisson': 'poisson'}

for case in cases:
    head, *rows = list(csv.reader(open(f"{sys.argv[1]}/{case['file']}")))
    used = [at for at, name in enumerate(head) if name != case['target'] and name not in case['leave_out']]
    X = np.array([[float(row[at]) if row[at] not in ('', 'NA') else np.nan for at in used] for row in rows])
    y = np.array([row[head.index(case['target'])] for row in rows])
    settings = {names[key]: value for key, value in case['settings'].items() if key in names}
    if 'monotone' in case['settings']:
        settings['monotonic_cst'] = [case['settings']['monotone'].get(head[at], 0) for at in used]
    settings |= dict(max_iter=case['rounds'], early_stopping=False)
    if case['loss'] in losses:
        model = HistGradientBoostingRegressor(loss=losses[case['loss']], **settings).fit(X, y.astype(float))
        scores = model._raw_predict(X).reshape(-1)
    else:
        model = HistGradientBoostingClassifier(**settings).fit(X, np.unique(y, return_inverse=True)[1])
        scores = model.decision_function(X)
    case['scores'] = [np.round(score, 8).tolist() for score in scores[::10]]
print(json.dumps({'made_with': f'scikit-learn {sklearn.__version__}', 'cases': cases}))
