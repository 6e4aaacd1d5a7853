import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frame } from './frame-route.ts';
import { withTexts } from './lib/i18n.ts';
import { comparisonSearch, modelSearch, modelsSearch, trainSearch } from './search-parameters.ts';

const models = createRoute({
  getParentRoute: () => frame,
  path: '/models',
  validateSearch: modelsSearch,
  component: lazyRouteComponent(() => withTexts(import('./pages/models/models-page.tsx')), 'ModelsPage'),
});

const experiment = createRoute({
  getParentRoute: () => frame,
  path: '/models/experiments/$experimentId',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/models/experiments/experiment-page.tsx')),
    'ExperimentPage',
  ),
});

const comparison = createRoute({
  getParentRoute: () => frame,
  path: '/models/comparison',
  validateSearch: comparisonSearch,
  component: lazyRouteComponent(
    () => withTexts(import('./pages/models/experiments/comparison-page.tsx')),
    'ComparisonPage',
  ),
});

const monitoring = createRoute({
  getParentRoute: () => frame,
  path: '/models/monitoring',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/models/monitoring/monitoring-page.tsx')),
    'MonitoringPage',
  ),
});

const importing = createRoute({
  getParentRoute: () => frame,
  path: '/models/import',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/models/import/import-page.tsx')),
    'ImportPage',
  ),
});

const model = createRoute({
  getParentRoute: () => frame,
  path: '/models/$modelId',
  validateSearch: modelSearch,
  component: lazyRouteComponent(() => withTexts(import('./pages/models/model/model-page.tsx')), 'ModelPage'),
});

const train = createRoute({
  getParentRoute: () => frame,
  path: '/models/train',
  validateSearch: trainSearch,
  component: lazyRouteComponent(
    () => withTexts(import('./pages/models/training/train-page.tsx')),
    'TrainPage',
  ),
});

const training = createRoute({
  getParentRoute: () => frame,
  path: '/models/trainings/$trainingId',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/models/training/training-page.tsx')),
    'TrainingPage',
  ),
});

export const modelRoutes = [
  models,
  experiment,
  comparison,
  train,
  training,
  monitoring,
  importing,
  model,
] as const;
