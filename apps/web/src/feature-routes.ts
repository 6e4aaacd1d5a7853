import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frame } from './frame-route.ts';
import { withTexts } from './lib/i18n.ts';
import { featuresSearch, featureViewSearch } from './search-parameters.ts';

const features = createRoute({
  getParentRoute: () => frame,
  path: '/models/features',
  validateSearch: featuresSearch,
  component: lazyRouteComponent(
    () => withTexts(import('./pages/features/features-page.tsx')),
    'FeaturesPage',
  ),
});

const newView = createRoute({
  getParentRoute: () => frame,
  path: '/models/features/new',
  component: lazyRouteComponent(() => withTexts(import('./pages/features/new-view-page.tsx')), 'NewViewPage'),
});

const view = createRoute({
  getParentRoute: () => frame,
  path: '/models/features/$viewId',
  validateSearch: featureViewSearch,
  component: lazyRouteComponent(() => withTexts(import('./pages/features/view-page.tsx')), 'ViewPage'),
});

export const featureRoutes = [features, newView, view] as const;
