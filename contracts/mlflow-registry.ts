import { z } from 'zod';
import { filter, key, lines, name, page, pair, pairs, read, send, text } from './mlflow-messages.ts';

const version = z.coerce.string().max(20);
const modelName = z.object({ name });
const modelVersion = z.object({ name, version });

/** Of the model registry. */
export const mlflowRegistryApi = {
  createModel: send(
    'POST',
    'mlflowCreateModel',
    'registered-models/create',
    'Make a model',
    z.object({ name, description: text(5000).default(''), tags: pairs.default([]) }),
  ),
  getModel: read('mlflowGetModel', 'registered-models/get', 'One model', modelName),
  renameModel: send(
    'POST',
    'mlflowRenameModel',
    'registered-models/rename',
    'Rename a model',
    z.object({ name, new_name: name }),
  ),
  updateModel: send(
    'PATCH',
    'mlflowUpdateModel',
    'registered-models/update',
    'Describe a model',
    z.object({ name, description: text(5000).default('') }),
  ),
  deleteModel: send('DELETE', 'mlflowDeleteModel', 'registered-models/delete', 'Delete a model', modelName),
  searchModels: read(
    'mlflowSearchModels',
    'registered-models/search',
    'Find models',
    z.object({ ...page, filter, order_by: lines }),
  ),
  latestVersions: send(
    'POST',
    'mlflowGetLatestVersions',
    'registered-models/get-latest-versions',
    'The newest version of each stage',
    z.object({ name, stages: z.array(text(20)).max(10).default([]) }),
    'models:read',
  ),
  readLatestVersions: read(
    'mlflowReadLatestVersions',
    'registered-models/get-latest-versions',
    'The newest version of each stage',
    z.object({ name, stages: z.union([text(20), z.array(text(20)).max(10)]).optional() }),
  ),
  setModelTag: send(
    'POST',
    'mlflowSetModelTag',
    'registered-models/set-tag',
    'Tag a model',
    modelName.extend(pair.shape),
  ),
  deleteModelTag: send(
    'DELETE',
    'mlflowDeleteModelTag',
    'registered-models/delete-tag',
    'Take a tag away',
    modelName.extend({ key }),
  ),
  setAlias: send(
    'POST',
    'mlflowSetAlias',
    'registered-models/alias',
    'Point an alias at a version',
    z.object({ name, alias: text(250).min(1), version }),
  ),
  deleteAlias: send(
    'DELETE',
    'mlflowDeleteAlias',
    'registered-models/alias',
    'Take an alias away',
    z.object({ name, alias: text(250).min(1) }),
  ),
  getByAlias: read(
    'mlflowGetByAlias',
    'registered-models/alias',
    'The version an alias points at',
    z.object({ name, alias: text(250).min(1) }),
  ),

  createVersion: send(
    'POST',
    'mlflowCreateVersion',
    'model-versions/create',
    'Register a version',
    z.object({
      name,
      source: text(2000).min(1),
      run_id: text(64).nullish(),
      run_link: text(2000).nullish(),
      description: text(5000).default(''),
      tags: pairs.default([]),
      model_id: text(100).nullish(),
    }),
  ),
  getVersion: read('mlflowGetVersion', 'model-versions/get', 'One version', modelVersion),
  updateVersion: send(
    'PATCH',
    'mlflowUpdateVersion',
    'model-versions/update',
    'Describe a version',
    modelVersion.extend({ description: text(5000).default('') }),
  ),
  deleteVersion: send(
    'DELETE',
    'mlflowDeleteVersion',
    'model-versions/delete',
    'Delete a version',
    modelVersion,
  ),
  searchVersions: read(
    'mlflowSearchVersions',
    'model-versions/search',
    'Find versions',
    z.object({ ...page, filter, order_by: lines }),
  ),
  transitionStage: send(
    'POST',
    'mlflowTransitionStage',
    'model-versions/transition-stage',
    'Bring a version to another stage',
    modelVersion.extend({ stage: text(20), archive_existing_versions: z.boolean().default(false) }),
  ),
  downloadUri: read(
    'mlflowGetDownloadUri',
    'model-versions/get-download-uri',
    'Where the files of a version lie',
    modelVersion,
  ),
  setVersionTag: send(
    'POST',
    'mlflowSetVersionTag',
    'model-versions/set-tag',
    'Tag a version',
    modelVersion.extend(pair.shape),
  ),
  deleteVersionTag: send(
    'DELETE',
    'mlflowDeleteVersionTag',
    'model-versions/delete-tag',
    'Take a tag away',
    modelVersion.extend({ key }),
  ),
};
