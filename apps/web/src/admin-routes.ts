import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frame } from './frame-route.ts';
import { withTexts } from './lib/i18n.ts';
import {
  anonymiseSearch,
  auditSearch,
  membersSearch,
  projectsSearch,
  rolesSearch,
  securitySearch,
  subjectRequestsSearch,
  systemSearch,
} from './search-parameters.ts';

const admin = createRoute({
  getParentRoute: () => frame,
  path: '/admin',
  component: lazyRouteComponent(() => withTexts(import('./pages/admin/admin-page.tsx')), 'AdminPage'),
});

const overview = createRoute({
  getParentRoute: () => admin,
  path: '/',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/overview-page.tsx')),
    'AdminOverviewPage',
  ),
});

const members = createRoute({
  getParentRoute: () => admin,
  path: '/members',
  validateSearch: membersSearch,
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/members/members-page.tsx')),
    'MembersPage',
  ),
});

const roles = createRoute({
  getParentRoute: () => admin,
  path: '/roles',
  validateSearch: rolesSearch,
  component: lazyRouteComponent(() => withTexts(import('./pages/admin/roles/roles-page.tsx')), 'RolesPage'),
});

const projects = createRoute({
  getParentRoute: () => admin,
  path: '/projects',
  validateSearch: projectsSearch,
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/projects/projects-page.tsx')),
    'ProjectsPage',
  ),
});

const project = createRoute({
  getParentRoute: () => admin,
  path: '/projects/$projectId',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/projects/project-page.tsx')),
    'ProjectPage',
  ),
});

const shares = createRoute({
  getParentRoute: () => admin,
  path: '/shares',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/shares/shares-page.tsx')),
    'SharesPage',
  ),
});

const sharing = createRoute({
  getParentRoute: () => admin,
  path: '/sharing',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/sharing/sharing-policy-page.tsx')),
    'SharingPolicyPage',
  ),
});

const purposes = createRoute({
  getParentRoute: () => admin,
  path: '/purposes',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/purposes/purposes-page.tsx')),
    'PurposesPage',
  ),
});

const apiKeys = createRoute({
  getParentRoute: () => admin,
  path: '/api-keys',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/api-keys/api-keys-page.tsx')),
    'ApiKeysPage',
  ),
});

const singleSignOn = createRoute({
  getParentRoute: () => admin,
  path: '/single-sign-on',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/single-sign-on/single-sign-on-page.tsx')),
    'SingleSignOnPage',
  ),
});

const organisations = createRoute({
  getParentRoute: () => admin,
  path: '/organisations',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/organisations/organisations-page.tsx')),
    'OrganisationsPage',
  ),
});

const backups = createRoute({
  getParentRoute: () => admin,
  path: '/backups',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/backups/backups-page.tsx')),
    'BackupsPage',
  ),
});

const system = createRoute({
  getParentRoute: () => admin,
  path: '/system',
  validateSearch: systemSearch,
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/system/system-page.tsx')),
    'SystemPage',
  ),
});

const compliance = createRoute({
  getParentRoute: () => admin,
  path: '/compliance',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/compliance/compliance-page.tsx')),
    'CompliancePage',
  ),
});

const complianceReport = createRoute({
  getParentRoute: () => admin,
  path: '/compliance/$reportId',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/compliance/report-page.tsx')),
    'ReportPage',
  ),
});

const retention = createRoute({
  getParentRoute: () => admin,
  path: '/retention',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/retention/retention-page.tsx')),
    'RetentionPage',
  ),
});

const outbox = createRoute({
  getParentRoute: () => admin,
  path: '/outbox',
  component: lazyRouteComponent(() => withTexts(import('./pages/admin/mail/outbox-page.tsx')), 'OutboxPage'),
});

const audit = createRoute({
  getParentRoute: () => admin,
  path: '/audit',
  validateSearch: auditSearch,
  component: lazyRouteComponent(() => withTexts(import('./pages/admin/audit/audit-page.tsx')), 'AuditPage'),
});

const privacy = createRoute({
  getParentRoute: () => admin,
  path: '/privacy',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/privacy/privacy-layout.tsx')),
    'PrivacyLayout',
  ),
});

const requests = createRoute({
  getParentRoute: () => privacy,
  path: '/',
  validateSearch: subjectRequestsSearch,
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/privacy/requests/requests-page.tsx')),
    'RequestsPage',
  ),
});

const request = createRoute({
  getParentRoute: () => privacy,
  path: '/requests/$requestId',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/privacy/requests/request-page.tsx')),
    'RequestPage',
  ),
});

const consents = createRoute({
  getParentRoute: () => privacy,
  path: '/consents',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/privacy/consents/consents-page.tsx')),
    'ConsentsPage',
  ),
});

const findPerson = createRoute({
  getParentRoute: () => privacy,
  path: '/find',
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/privacy/find/find-page.tsx')),
    'FindPage',
  ),
});

const security = createRoute({
  getParentRoute: () => admin,
  path: '/security',
  validateSearch: securitySearch,
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/security/security-page.tsx')),
    'SecurityPage',
  ),
});

const anonymise = createRoute({
  getParentRoute: () => privacy,
  path: '/anonymise',
  validateSearch: anonymiseSearch,
  component: lazyRouteComponent(
    () => withTexts(import('./pages/admin/privacy/anonymise/anonymise-page.tsx')),
    'AnonymisePage',
  ),
});

export const adminRoutes = admin.addChildren([
  apiKeys,
  singleSignOn,
  overview,
  members,
  roles,
  projects,
  project,
  shares,
  sharing,
  purposes,
  backups,
  system,
  organisations,
  compliance,
  retention,
  complianceReport,
  outbox,
  audit,
  security,
  privacy.addChildren([requests, request, consents, findPerson, anonymise]),
]);
