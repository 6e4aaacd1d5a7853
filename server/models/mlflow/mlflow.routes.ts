import type { FastifyInstance } from 'fastify';
import { artifactMethods } from './mlflow-artifacts.ts';
import { answerMlflowError } from './mlflow-errors.ts';
import { loggedModelMethods } from './mlflow-logged-models.ts';
import { registryMethods } from './mlflow-registry.ts';
import { experimentMethods, type MlflowParts, runMethods } from './mlflow-runs.ts';

/** What MLflow's clients speak, with MLflow's errors: see `docs/models.md`. */
export function mlflowRoutes(app: FastifyInstance, parts: MlflowParts): void {
  app.register((spoken, _, registered) => {
    spoken.setErrorHandler(answerMlflowError);
    experimentMethods(spoken, parts);
    runMethods(spoken, parts);
    loggedModelMethods(spoken, parts);
    registryMethods(spoken, parts.registry);
    registered();
  });
  app.register((files, _, registered) => {
    files.setErrorHandler(answerMlflowError);
    artifactMethods(files, parts);
    registered();
  });
}
