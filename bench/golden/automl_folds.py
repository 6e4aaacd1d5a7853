"""Writes automl-folds.json: the fold that tests each row of the tables of shared/data/golden/automl_scores.json.

    python3 bench/golden/automl_folds.py ../shared/data

scikit-learn 1.2.1 (Debian): StratifiedKFold or KFold, n_splits=5, shuffle=True, random_state=0, as the scores were
made; rows without a target are left out first. One digit a row, in the order of the file.
"""

import json
import sys
from pathlib import Path

import pandas
import sklearn
from sklearn.model_selection import KFold, StratifiedKFold

pool = Path(sys.argv[1])
scores = json.loads((pool / "golden/automl_scores.json").read_text())["scores"]
folds = {}
for name, entry in scores.items():
    path = pool / (entry["file"] if "/" in entry["file"] else f"tables/{entry['file']}")
    if not path.exists():
        continue
    table = pandas.read_csv(path)
    target = table[entry["target"]].dropna()
    assert len(target) == entry["n"], name
    split = (StratifiedKFold if "classes" in entry else KFold)(5, shuffle=True, random_state=0)
    own = ["0"] * len(target)
    given = target.astype(str) if "classes" in entry else target
    for fold, (_, test) in enumerate(split.split(target, given)):
        for row in test:
            own[row] = str(fold)
    folds[name] = "".join(own)
out = {"sklearn": sklearn.__version__, "folds": folds}
(Path(__file__).parent / "automl-folds.json").write_text(json.dumps(out, indent=1) + "\n")
