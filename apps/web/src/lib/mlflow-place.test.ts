import { expect, it } from 'vitest';
import { mlflowPlace } from './mlflow-place.ts';

it('finds the page of what the MLflow client names, and nothing elsewhere', () => {
  const experiment = { to: '/models/experiments/$experimentId', params: { experimentId: 'xpr_1' } };
  expect(mlflowPlace('/experiments/xpr_1/runs/run_2')).toEqual(experiment);
  expect(mlflowPlace('#/experiments/xpr_1')).toEqual(experiment);
  expect(mlflowPlace('/models/Blood%20%E0/versions/3')).toMatchObject({ to: '/models' });
  expect(mlflowPlace('/models/Blood%20risk')).toEqual({ to: '/models', search: { search: 'Blood risk' } });
  for (const hash of ['', 'content', '/experiments/', '/else/x']) expect(mlflowPlace(hash)).toBeNull();
});
