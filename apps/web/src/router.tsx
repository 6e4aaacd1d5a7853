import { createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { adminRoutes } from './admin-routes.ts';
import { CrashPage, NotFoundPage, PendingPage } from './components/frame/stand-ins.tsx';
import { featureRoutes } from './feature-routes.ts';
import { frame, root } from './frame-route.ts';
import { withTexts } from './lib/i18n.ts';
import { mlflowPlace } from './lib/mlflow-place.ts';
import { queryClient } from './lib/query-client.ts';
import { sessionQuery } from './lib/session.ts';
import { modelRoutes } from './model-routes.ts';
import {
  askSearch,
  boardSearch,
  dashboardsSearch,
  dataSearch,
  datasetSearch,
  jobsSearch,
  signInSearch,
} from './search-parameters.ts';

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: signInSearch,
  component: lazyRouteComponent(() => import('./pages/sign-in/sign-in-page.tsx'), 'SignInPage'),
});

const changePassword = createRoute({
  getParentRoute: () => root,
  path: '/change-password',
  validateSearch: signInSearch,
  beforeLoad: async ({ context }) => {
    if ((await context.queryClient.ensureQueryData(sessionQuery)) === null)
      throw redirect({ to: '/sign-in' });
  },
  component: lazyRouteComponent(
    () => withTexts(import('./pages/sign-in/change-password-page.tsx')),
    'ChangePasswordPage',
  ),
});

const forgotPassword = createRoute({
  getParentRoute: () => root,
  path: '/forgot-password',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/sign-in/forgot-password-page.tsx')),
    'ForgotPasswordPage',
  ),
});

const resetPassword = createRoute({
  getParentRoute: () => root,
  path: '/reset-password',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/sign-in/reset-password-page.tsx')),
    'ResetPasswordPage',
  ),
});

const signUp = createRoute({
  getParentRoute: () => root,
  path: '/sign-up',
  component: lazyRouteComponent(() => withTexts(import('./pages/sign-in/sign-up-page.tsx')), 'SignUpPage'),
});

const verifyEmail = createRoute({
  getParentRoute: () => root,
  path: '/verify-email',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/sign-in/mail-link-page.tsx')),
    'VerifyEmailPage',
  ),
});

const confirmEmail = createRoute({
  getParentRoute: () => root,
  path: '/confirm-email',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/sign-in/mail-link-page.tsx')),
    'ConfirmEmailPage',
  ),
});

const undoEmail = createRoute({
  getParentRoute: () => root,
  path: '/undo-email',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/sign-in/mail-link-page.tsx')),
    'UndoEmailPage',
  ),
});

const invitation = createRoute({
  getParentRoute: () => root,
  path: '/invitation',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/sign-in/invitation-page.tsx')),
    'InvitationPage',
  ),
});

const setUpSecondFactor = createRoute({
  getParentRoute: () => root,
  path: '/set-up-second-factor',
  validateSearch: signInSearch,
  beforeLoad: async ({ context }) => {
    if ((await context.queryClient.ensureQueryData(sessionQuery)) === null)
      throw redirect({ to: '/sign-in' });
  },
  component: lazyRouteComponent(
    () => withTexts(import('./pages/sign-in/set-up-second-factor-page.tsx')),
    'SetUpSecondFactorPage',
  ),
});

const shared = createRoute({
  getParentRoute: () => root,
  path: '/shared',
  component: lazyRouteComponent(() => withTexts(import('./pages/shared/shared-page.tsx')), 'SharedPage'),
});

const embedded = createRoute({
  getParentRoute: () => root,
  path: '/embed',
  component: lazyRouteComponent(() => withTexts(import('./pages/shared/shared-page.tsx')), 'SharedPage'),
});

const home = createRoute({
  getParentRoute: () => frame,
  path: '/',
  beforeLoad: ({ location }) => {
    const place = mlflowPlace(location.hash);
    if (place !== null) throw redirect(place);
  },
  component: lazyRouteComponent(() => import('./pages/home/home-page.tsx'), 'HomePage'),
});

const data = createRoute({
  getParentRoute: () => frame,
  path: '/data',
  validateSearch: dataSearch,
  component: lazyRouteComponent(() => import('./pages/data/data-page.tsx'), 'DataPage'),
});

const dataset = createRoute({
  getParentRoute: () => frame,
  path: '/data/$datasetId',
  validateSearch: datasetSearch,
  component: lazyRouteComponent(() => withTexts(import('./pages/dataset/dataset-page.tsx')), 'DatasetPage'),
});

const connections = createRoute({
  getParentRoute: () => frame,
  path: '/data/connections',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/data/connections/connections-page.tsx')),
    'ConnectionsPage',
  ),
});

const connection = createRoute({
  getParentRoute: () => frame,
  path: '/data/connections/$connectionId',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/data/connections/connection-page.tsx')),
    'ConnectionPage',
  ),
});

const streams = createRoute({
  getParentRoute: () => frame,
  path: '/data/streams',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/data/streams/streams-page.tsx')),
    'StreamsPage',
  ),
});

const stream = createRoute({
  getParentRoute: () => frame,
  path: '/data/streams/$topicId',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/data/streams/stream-page.tsx')),
    'StreamPage',
  ),
});

const ask = createRoute({
  getParentRoute: () => frame,
  path: '/ask',
  validateSearch: askSearch,
  component: lazyRouteComponent(() => withTexts(import('./pages/ask/ask-page.tsx')), 'AskPage'),
});

const dashboards = createRoute({
  getParentRoute: () => frame,
  path: '/dashboards',
  validateSearch: dashboardsSearch,
  component: lazyRouteComponent(
    () => withTexts(import('./pages/dashboards/dashboards-page.tsx')),
    'DashboardsPage',
  ),
});

const dashboard = createRoute({
  getParentRoute: () => frame,
  path: '/dashboards/$dashboardId',
  validateSearch: boardSearch,
  component: lazyRouteComponent(() => withTexts(import('./pages/dashboards/board-page.tsx')), 'BoardPage'),
});

const metrics = createRoute({
  getParentRoute: () => frame,
  path: '/data/metrics',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/dashboards/metrics-page.tsx')),
    'MetricsPage',
  ),
});

const jobs = createRoute({
  getParentRoute: () => frame,
  path: '/jobs',
  validateSearch: jobsSearch,
  component: lazyRouteComponent(() => withTexts(import('./pages/jobs/jobs-page.tsx')), 'JobsPage'),
});

const api = createRoute({
  getParentRoute: () => frame,
  path: '/playground',
  component: lazyRouteComponent(() => withTexts(import('./pages/api/api-page.tsx')), 'ApiPage'),
});

const settings = createRoute({
  getParentRoute: () => frame,
  path: '/settings',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/settings/settings-page.tsx')),
    'SettingsPage',
  ),
});

const account = createRoute({
  getParentRoute: () => frame,
  path: '/account',
  component: lazyRouteComponent(() => withTexts(import('./pages/account/account-page.tsx')), 'AccountPage'),
});

const emergency = createRoute({
  getParentRoute: () => frame,
  path: '/emergency',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/emergency/emergency-page.tsx')),
    'EmergencyPage',
  ),
});

const nowhere = createRoute({ getParentRoute: () => frame, path: '$', component: NotFoundPage });

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    changePassword,
    forgotPassword,
    resetPassword,
    signUp,
    verifyEmail,
    confirmEmail,
    undoEmail,
    invitation,
    setUpSecondFactor,
    shared,
    embedded,
    frame.addChildren([
      home,
      data,
      dataset,
      connections,
      streams,
      stream,
      connection,
      ask,
      dashboards,
      dashboard,
      metrics,
      jobs,
      api,
      ...featureRoutes,
      ...modelRoutes,
      adminRoutes,
      account,
      emergency,
      settings,
      nowhere,
    ]),
  ]),
  context: { queryClient },
  defaultPreload: 'intent',
  defaultPendingMs: 300,
  defaultPendingComponent: PendingPage,
  defaultErrorComponent: CrashPage,
  defaultNotFoundComponent: NotFoundPage,
  scrollRestoration: true,
  scrollToTopSelectors: ['[data-scroller="page"]'],
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
