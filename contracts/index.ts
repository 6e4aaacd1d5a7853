/**
 * The words both sides share: every address of the API with its schemas, permissions, event types and errors.
 * `api` is the whole API: the server registers it, the client is typed from it, OpenAPI is written from it.
 */

import { accessApi } from './access.ts';
import { anonymisationApi } from './anonymisation.ts';
import { apiKeysApi } from './api-keys.ts';
import { auditApi } from './audit.ts';
import { backupsApi, encryptionApi } from './backups.ts';
import { breakGlassApi } from './break-glass.ts';
import { challengesApi } from './challenges.ts';
import { complianceApi } from './compliance.ts';
import { connectionsApi } from './connections.ts';
import { consentsApi } from './consents.ts';
import { dashboardAlertsApi } from './dashboard-alerts.ts';
import { dashboardExportsApi } from './dashboard-exports.ts';
import { dashboardSchedulesApi } from './dashboard-schedules.ts';
import { dashboardSharesApi } from './dashboard-shares.ts';
import { dashboardsApi } from './dashboards.ts';
import { datasetAccessApi } from './dataset-access.ts';
import { datasetsApi } from './datasets.ts';
import { directoriesApi } from './directories.ts';
import { emailChangeApi } from './email-change.ts';
import { erasuresApi } from './erasures.ts';
import { streamsApi } from './events.ts';
import { experimentsApi } from './experiments.ts';
import { featuresApi } from './features.ts';
import { identityApi } from './identity.ts';
import { insightsApi } from './insights.ts';
import { invitationsApi } from './invitations.ts';
import { jobsApi } from './jobs.ts';
import { mailApi } from './mail.ts';
import { membersApi } from './members.ts';
import { metricsApi } from './metrics.ts';
import { modelGovernanceApi } from './model-governance.ts';
import { modelMonitoringApi } from './model-monitoring.ts';
import { modelOutcomesApi } from './model-outcomes.ts';
import { modelReportsApi } from './model-reports.ts';
import { modelsApi } from './models.ts';
import { passkeysApi } from './passkeys.ts';
import { personsApi } from './persons.ts';
import { predictionsApi } from './predictions.ts';
import { privateStatisticsApi } from './private-statistics.ts';
import { projectsApi, purposesApi } from './projects.ts';
import { provenanceApi } from './provenance.ts';
import { queriesApi } from './queries.ts';
import { retentionApi } from './retention.ts';
import { secondFactorPolicyApi, secondFactorsApi } from './second-factors.ts';
import { sessionsApi } from './sessions.ts';
import { signaturesApi } from './signatures.ts';
import { singleSignOnApi } from './single-sign-on.ts';
import { topicsApi } from './streams.ts';
import { subjectRequestsApi } from './subject-requests.ts';
import { systemApi } from './system.ts';
import { tenantsApi } from './tenants.ts';
import { threatsApi } from './threats.ts';
import { trainingApi } from './training.ts';
import { uploadsApi } from './uploads.ts';

export const apiPrefix = '/api/v1';

export const api = {
  audit: auditApi,
  signatures: signaturesApi,
  identity: identityApi,
  emailChange: emailChangeApi,
  secondFactors: secondFactorsApi,
  secondFactorPolicy: secondFactorPolicyApi,
  passkeys: passkeysApi,
  sessions: sessionsApi,
  access: accessApi,
  members: membersApi,
  projects: projectsApi,
  purposes: purposesApi,
  invitations: invitationsApi,
  mail: mailApi,
  datasets: { ...datasetsApi, ...uploadsApi },
  connections: connectionsApi,
  datasetAccess: datasetAccessApi,
  breakGlass: breakGlassApi,
  compliance: complianceApi,
  consents: consentsApi,
  persons: personsApi,
  subjectRequests: subjectRequestsApi,
  erasures: erasuresApi,
  retention: retentionApi,
  anonymisation: anonymisationApi,
  privateStatistics: privateStatisticsApi,
  jobs: jobsApi,
  queries: queriesApi,
  insights: insightsApi,
  experiments: experimentsApi,
  models: modelsApi,
  features: featuresApi,
  training: trainingApi,
  predictions: predictionsApi,
  modelReports: modelReportsApi,
  modelGovernance: modelGovernanceApi,
  modelOutcomes: modelOutcomesApi,
  modelMonitoring: modelMonitoringApi,
  challenges: challengesApi,
  metrics: metricsApi,
  dashboards: dashboardsApi,
  dashboardExports: dashboardExportsApi,
  dashboardShares: dashboardSharesApi,
  dashboardSchedules: dashboardSchedulesApi,
  dashboardAlerts: dashboardAlertsApi,
  provenance: provenanceApi,
  streams: { ...streamsApi, ...topicsApi },
  system: systemApi,
  apiKeys: apiKeysApi,
  backups: backupsApi,
  encryption: encryptionApi,
  singleSignOn: { ...singleSignOnApi, ...directoriesApi },
  tenants: tenantsApi,
  threats: threatsApi,
};

export * from './access.ts';
export * from './anonymisation.ts';
export * from './api-keys.ts';
export * from './audit.ts';
export * from './audit-actions.ts';
export * from './backups.ts';
export * from './break-glass.ts';
export * from './challenge-words.ts';
export * from './challenges.ts';
export * from './compliance.ts';
export * from './connection-documents.ts';
export * from './connections.ts';
export * from './consents.ts';
export * from './dashboard-alerts.ts';
export * from './dashboard-exports.ts';
export * from './dashboard-schedules.ts';
export * from './dashboard-shares.ts';
export * from './dashboards.ts';
export * from './dataset-access.ts';
export * from './datasets.ts';
export * from './decisions.ts';
export * from './directories.ts';
export * from './email-change.ts';
export * from './endpoints.ts';
export * from './erasures.ts';
export * from './errors.ts';
export * from './events.ts';
export * from './experiments.ts';
export * from './export-formats.ts';
export * from './feature-words.ts';
export * from './features.ts';
export * from './fields.ts';
export * from './identity.ts';
export * from './ingestion.ts';
export * from './insight-kinds.ts';
export * from './insights.ts';
export * from './invitations.ts';
export * from './jobs.ts';
export * from './learning-kinds.ts';
export * from './machine-measures.ts';
export * from './mail.ts';
export * from './members.ts';
export * from './metrics.ts';
export * from './mlflow.ts';
export * from './model-documents.ts';
export * from './model-governance.ts';
export * from './model-governance-documents.ts';
export * from './model-governance-kinds.ts';
export * from './model-monitor-documents.ts';
export * from './model-monitoring.ts';
export * from './model-outcomes.ts';
export * from './model-report-documents.ts';
export * from './model-reports.ts';
export * from './model-stages.ts';
export * from './models.ts';
export type { MonitorRetrainingRun } from './monitor-retrainings.ts';
export * from './monitoring-words.ts';
export * from './open-inference.ts';
export * from './passkeys.ts';
export * from './permissions.ts';
export * from './persons.ts';
export * from './predictions.ts';
export * from './private-statistics.ts';
export * from './profiles.ts';
export * from './projects.ts';
export * from './provenance.ts';
export * from './queries.ts';
export * from './retention.ts';
export * from './roles.ts';
export * from './scim.ts';
export * from './second-factors.ts';
export * from './sessions.ts';
export * from './signatures.ts';
export * from './single-sign-on.ts';
export * from './source-kinds.ts';
export * from './stream-kinds.ts';
export * from './streams.ts';
export * from './subject-requests.ts';
export * from './system.ts';
export * from './tenants.ts';
export * from './threat-kinds.ts';
export * from './threats.ts';
export * from './tile-kinds.ts';
export * from './tiles.ts';
export * from './training.ts';
export * from './training-bodies.ts';
export * from './training-documents.ts';
export * from './training-kinds.ts';
export * from './uploads.ts';
