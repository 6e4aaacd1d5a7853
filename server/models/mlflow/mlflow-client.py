"""What somebody does with a stock MLflow client; what it was told comes out as one line of JSON."""

import json
import os
import tempfile

import mlflow
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

told = {"mlflow": mlflow.__version__}


def refused(name, call):
    try:
        call()
        told[name] = "done"
    except MlflowException as error:
        told[name] = error.error_code


with mlflow.start_run() as first:
    mlflow.log_param("quick", True)
told["default"] = mlflow.get_experiment(first.info.experiment_id).name

mlflow.set_experiment("Tumour growth")
folder = tempfile.mkdtemp()
for name, content in {"weights.bin": "weights", "MLmodel": "flavors: {}\n"}.items():
    with open(os.path.join(folder, name), "w") as file:
        file.write(content)

with mlflow.start_run(run_name="forest", tags={"team": "genomics"}) as run:
    mlflow.log_params({"depth": 6, "seed": 42})
    for step in range(20):
        mlflow.log_metric("loss", 1 / (step + 1), step=step)
    mlflow.log_metrics({"auc": 0.9, "broken": float("nan")})
    mlflow.set_tag("mlflow.source.git.commit", "c0ffee")
    mlflow.log_artifacts(folder, "model")
    mlflow.log_dict({"classes": ["healthy", "ill"]}, "conf/größe & labels.json")
    kept = mlflow.initialize_logged_model("forest", params={"depth": "6"})
    MlflowClient().log_model_artifacts(kept.model_id, folder)
    mlflow.finalize_logged_model(kept.model_id, "READY")

client = MlflowClient()
run_id = run.info.run_id
told["run_id"] = run_id
read = client.get_run(run_id)
told["status"] = read.info.status
told["params"] = read.data.params
told["auc"] = read.data.metrics["auc"]
told["is_nan"] = read.data.metrics["broken"] != read.data.metrics["broken"]
told["outputs"] = [each.model_id == kept.model_id for each in read.outputs.model_outputs]
told["history"] = [(each.step, each.value) for each in client.get_metric_history(run_id, "loss")][-1]
told["found"] = [
    each.info.run_name
    for each in client.search_runs(
        [run.info.experiment_id],
        "metrics.auc > 0.8 AND params.depth = '6' AND tags.team LIKE 'gen%' AND attributes.status = 'FINISHED'",
        order_by=["metrics.auc DESC", "attributes.start_time DESC"],
    )
]
told["files"] = sorted(each.path for each in client.list_artifacts(run_id))
told["labels"] = mlflow.artifacts.load_dict(f"runs:/{run_id}/conf/größe & labels.json")
refused("other_value", lambda: client.log_param(run_id, "depth", "7"))
refused("taken_name", lambda: client.create_experiment("Tumour growth"))
refused("no_run", lambda: client.get_run("0123456789abcdef0123456789abcdef"))
client.delete_run(run_id)
told["deleted"] = client.get_run(run_id).info.lifecycle_stage
client.restore_run(run_id)

version = mlflow.register_model(f"runs:/{run_id}/model", "Growth")
told["version"] = [version.version, version.current_stage, version.run_id == run_id]
told["second"] = mlflow.register_model(kept.model_uri, "Growth").version
client.set_registered_model_alias("Growth", "candidate", "1")
client.set_model_version_tag("Growth", "1", "checked", "yes")
client.update_model_version("Growth", "1", description="The first.")
told["alias"] = client.get_model_version_by_alias("Growth", "candidate").description
downloaded = mlflow.artifacts.download_artifacts("models:/Growth@candidate")
with open(os.path.join(downloaded, "weights.bin")) as file:
    told["downloaded"] = file.read()
told["models"] = [each.name for each in client.search_registered_models("name LIKE 'Gro%'")]
told["versions"] = [
    each.version for each in client.search_model_versions("name = 'Growth'", order_by=["version_number ASC"])
]
refused("production", lambda: client.transition_model_version_stage("Growth", "1", "Production"))
refused("no_model", lambda: client.get_registered_model("Nothing"))
print(json.dumps(told))
