import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { CrashPage, NotFoundPage, PendingPage } from './components/frame/stand-ins.tsx';
import { withTexts } from './lib/i18n.ts';
import { queryClient } from './lib/query-client.ts';
import { sessionQuery } from './lib/session.ts';
import {
  anonymiseSearch,
  askSearch,
  auditSearch,
  dataSearch,
  datasetSearch,
  jobsSearch,
  membersSearch,
  projectsSearch,
  rolesSearch,
  securitySearch,
  signInSearch,
  subjectRequestsSearch,
} from './search-parameters.ts';

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()();

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

/** Everything below needs an identity whose password is its own. */
const frame = createRoute({
  getParentRoute: () => root,
  id: 'frame',
  beforeLoad: async ({ context, location }) => {
    const session = await context.queryClient.ensureQueryData(sessionQuery);
    const search = location.href === '/' ? {} : { to: location.href };
    if (session === null) throw redirect({ to: '/sign-in', search });
    if (session.user.must_change_password) throw redirect({ to: '/change-password', search });
    if (session.user.must_set_up_second_factor) throw redirect({ to: '/set-up-second-factor', search });
  },
  component: lazyRouteComponent(() => import('./components/frame/frame.tsx'), 'Frame'),
});

const home = createRoute({
  getParentRoute: () => frame,
  path: '/',
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

const ask = createRoute({
  getParentRoute: () => frame,
  path: '/ask',
  validateSearch: askSearch,
  component: lazyRouteComponent(() => withTexts(import('./pages/ask/ask-page.tsx')), 'AskPage'),
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

const admin = createRoute({
  getParentRoute: () => frame,
  path: '/admin',
  component: lazyRouteComponent(() => withTexts(import('./pages/admin/admin-page.tsx')), 'AdminPage'),
});

const adminOverview = createRoute({
  getParentRoute: () => admin,
  path: '/',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/overview-page.tsx')),
    'AdminOverviewPage',
  ),
});

const adminMembers = createRoute({
  getParentRoute: () => admin,
  path: '/members',
  validateSearch: membersSearch,
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/members/members-page.tsx')),
    'MembersPage',
  ),
});

const adminRoles = createRoute({
  getParentRoute: () => admin,
  path: '/roles',
  validateSearch: rolesSearch,
  component: lazyRouteComponent(() => withTexts(import('./pages/admin/roles/roles-page.tsx')), 'RolesPage'),
});

const adminProjects = createRoute({
  getParentRoute: () => admin,
  path: '/projects',
  validateSearch: projectsSearch,
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/projects/projects-page.tsx')),
    'ProjectsPage',
  ),
});

const adminProject = createRoute({
  getParentRoute: () => admin,
  path: '/projects/$projectId',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/projects/project-page.tsx')),
    'ProjectPage',
  ),
});

const adminShares = createRoute({
  getParentRoute: () => admin,
  path: '/shares',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/shares/shares-page.tsx')),
    'SharesPage',
  ),
});

const adminPurposes = createRoute({
  getParentRoute: () => admin,
  path: '/purposes',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/purposes/purposes-page.tsx')),
    'PurposesPage',
  ),
});

const adminApiKeys = createRoute({
  getParentRoute: () => admin,
  path: '/api-keys',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/api-keys/api-keys-page.tsx')),
    'ApiKeysPage',
  ),
});

const adminSingleSignOn = createRoute({
  getParentRoute: () => admin,
  path: '/single-sign-on',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/single-sign-on/single-sign-on-page.tsx')),
    'SingleSignOnPage',
  ),
});

const adminOrganisations = createRoute({
  getParentRoute: () => admin,
  path: '/organisations',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/organisations/organisations-page.tsx')),
    'OrganisationsPage',
  ),
});

const adminBackups = createRoute({
  getParentRoute: () => admin,
  path: '/backups',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/backups/backups-page.tsx')),
    'BackupsPage',
  ),
});

const adminCompliance = createRoute({
  getParentRoute: () => admin,
  path: '/compliance',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/compliance/compliance-page.tsx')),
    'CompliancePage',
  ),
});

const adminComplianceReport = createRoute({
  getParentRoute: () => admin,
  path: '/compliance/$reportId',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/compliance/report-page.tsx')),
    'ReportPage',
  ),
});

const adminRetention = createRoute({
  getParentRoute: () => admin,
  path: '/retention',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/retention/retention-page.tsx')),
    'RetentionPage',
  ),
});

const adminOutbox = createRoute({
  getParentRoute: () => admin,
  path: '/outbox',
  component: lazyRouteComponent(() => withTexts(import('./pages/admin/mail/outbox-page.tsx')), 'OutboxPage'),
});

const adminAudit = createRoute({
  getParentRoute: () => admin,
  path: '/audit',
  validateSearch: auditSearch,
  component: lazyRouteComponent(() => withTexts(import('./pages/admin/audit/audit-page.tsx')), 'AuditPage'),
});

const adminPrivacy = createRoute({
  getParentRoute: () => admin,
  path: '/privacy',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/privacy/privacy-layout.tsx')),
    'PrivacyLayout',
  ),
});

const adminRequests = createRoute({
  getParentRoute: () => adminPrivacy,
  path: '/',
  validateSearch: subjectRequestsSearch,
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/privacy/requests/requests-page.tsx')),
    'RequestsPage',
  ),
});

const adminRequest = createRoute({
  getParentRoute: () => adminPrivacy,
  path: '/requests/$requestId',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/privacy/requests/request-page.tsx')),
    'RequestPage',
  ),
});

const adminConsents = createRoute({
  getParentRoute: () => adminPrivacy,
  path: '/consents',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/privacy/consents/consents-page.tsx')),
    'ConsentsPage',
  ),
});

const adminFindPerson = createRoute({
  getParentRoute: () => adminPrivacy,
  path: '/find',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/privacy/find/find-page.tsx')),
    'FindPage',
  ),
});

const adminSecurity = createRoute({
  getParentRoute: () => admin,
  path: '/security',
  validateSearch: securitySearch,
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/security/security-page.tsx')),
    'SecurityPage',
  ),
});

const adminAnonymise = createRoute({
  getParentRoute: () => adminPrivacy,
  path: '/anonymise',
  validateSearch: anonymiseSearch,
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/privacy/anonymise/anonymise-page.tsx')),
    'AnonymisePage',
  ),
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
    frame.addChildren([
      home,
      data,
      dataset,
      ask,
      jobs,
      api,
      admin.addChildren([
        adminApiKeys,
        adminSingleSignOn,
        adminOverview,
        adminMembers,
        adminRoles,
        adminProjects,
        adminProject,
        adminShares,
        adminPurposes,
        adminBackups,
        adminOrganisations,
        adminCompliance,
        adminRetention,
        adminComplianceReport,
        adminOutbox,
        adminAudit,
        adminSecurity,
        adminPrivacy.addChildren([
          adminRequests,
          adminRequest,
          adminConsents,
          adminFindPerson,
          adminAnonymise,
        ]),
      ]),
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
