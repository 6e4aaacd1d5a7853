import { type BoardState, type correction, threatKinds, threatSeverities } from '@stroma/contracts';

/** What the addresses of the pages carry after the `?`; anything unknown or malformed is dropped. */
type Search = Record<string, unknown>;

export type Correction = (typeof correction)['_zod']['input'];

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined;

const oneOf = <Value extends string>(values: readonly Value[], value: unknown): Value | undefined =>
  values.find((each) => each === value);

/** Leaves out what is undefined, so that addresses stay short. */
function given<Fields extends Search>(
  fields: Fields,
): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

export const signInSearch = (search: Search) => given({ to: text(search.to), sso: text(search.sso) });

export const datasetSorts = [
  '-updated_at',
  'updated_at',
  'name',
  '-name',
  'rows',
  '-rows',
  'quality_score',
  '-quality_score',
] as const;

export const dataSearch = (search: Search) =>
  given({
    search: text(search.search),
    sort: oneOf(datasetSorts, search.sort),
    format: text(search.format),
  });

export const datasetTabs = [
  'preview',
  'profile',
  'insights',
  'issues',
  'rejects',
  'decisions',
  'access',
  'versions',
  'lineage',
] as const;
export type DatasetTab = (typeof datasetTabs)[number];

export const datasetSearch = (search: Search) =>
  given({ tab: oneOf(datasetTabs, search.tab), version: text(search.version), column: text(search.column) });

export const askSearch = (search: Search) =>
  given({
    datasets: text(search.datasets),
    q: text(search.q),
    sql: text(search.sql),
    fixes: Array.isArray(search.fixes) ? (search.fixes as Correction[]) : undefined,
  });

export const dashboardsSearch = (search: Search) =>
  given({ search: text(search.search), deleted: search.deleted === true ? true : undefined });

/** What somebody looks at on a board; the server says what of it does not hold. */
export const boardSearch = (search: Search) =>
  given({
    state:
      typeof search.state === 'object' && search.state !== null && !Array.isArray(search.state)
        ? (search.state as Partial<BoardState>)
        : undefined,
    edit: search.edit === true ? true : undefined,
  });

export const modelsSearch = (search: Search) =>
  given({
    view: oneOf(['experiments'] as const, search.view),
    search: text(search.search),
    deleted: search.deleted === true ? true : undefined,
  });

export const featuresSearch = (search: Search) => given({ search: text(search.search) });

export const featureTabs = ['features', 'definition', 'online', 'history'] as const;
export type FeatureTab = (typeof featureTabs)[number];

export const featureViewSearch = (search: Search) => given({ tab: oneOf(featureTabs, search.tab) });

export const modelTabs = [
  'quality',
  'explanation',
  'what_if',
  'fairness',
  'drift',
  'monitoring',
  'challenges',
  'versions',
  'governance',
  'card',
  'use',
] as const;
export type ModelTab = (typeof modelTabs)[number];

export const modelSearch = (search: Search) =>
  given({
    tab: oneOf(modelTabs, search.tab),
    monitor: text(search.monitor),
    version: typeof search.version === 'number' ? search.version : undefined,
  });

export const trainSearch = (search: Search) => given({ dataset: text(search.dataset) });

/** Ids of runs between commas. */
export const comparisonSearch = (search: Search) => given({ runs: text(search.runs) });

export const jobStatuses = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;

export const jobsSearch = (search: Search) => given({ status: oneOf(jobStatuses, search.status) });

export const anonymiseSearch = (search: Search) => given({ dataset: text(search.dataset) });

export const subjectRequestsSearch = (search: Search) =>
  given({
    kind: oneOf(['access', 'rectification', 'erasure', 'restriction', 'portability'] as const, search.kind),
    status: oneOf(['open', 'in_progress', 'done', 'refused', 'withdrawn'] as const, search.status),
    overdue: oneOf(['true'] as const, search.overdue),
  });

export const membersSearch = (search: Search) =>
  given({
    search: text(search.search),
    role: text(search.role),
    status: oneOf(['active', 'deactivated'] as const, search.status),
  });

export const projectsSearch = (search: Search) =>
  given({
    search: text(search.search),
    state: oneOf(['open', 'archived', 'all'] as const, search.state),
  });

const day = (value: unknown): string | undefined =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) ? value : undefined;

export const auditSearch = (search: Search) =>
  given({
    search: text(search.search),
    resource: text(search.resource),
    outcome: oneOf(['success', 'refused', 'failure'] as const, search.outcome),
    from: day(search.from),
    to: day(search.to),
    actor: text(search.actor),
    object: text(search.object),
    installation: search.installation === true ? true : undefined,
    event: text(search.event),
  });

export const securityViews = ['threats', 'policy', 'blocks', 'rules'] as const;
export type SecurityView = (typeof securityViews)[number];
export const threatStates = ['unresolved', 'open', 'acknowledged', 'resolved'] as const;

export const securitySearch = (search: Search) =>
  given({
    view: oneOf(securityViews, search.view),
    threat: text(search.threat),
    kind: oneOf(threatKinds, search.kind),
    severity: oneOf(threatSeverities, search.severity),
    status: oneOf(threatStates, search.status),
  });
export type SecuritySearch = ReturnType<typeof securitySearch>;

export const systemViews = ['now', 'history', 'errors', 'configuration'] as const;
export type SystemView = (typeof systemViews)[number];

export const systemSearch = (search: Search) =>
  given({
    view: oneOf(systemViews, search.view),
    error: text(search.error),
    seen: oneOf(['all'] as const, search.seen),
    search: text(search.search),
  });
export type SystemSearch = ReturnType<typeof systemSearch>;

export const rolesSearch = (search: Search) =>
  given({
    role: text(search.role),
    person: text(search.person),
    explain: text(search.explain),
    resource: text(search.resource),
    purpose: text(search.purpose),
  });
