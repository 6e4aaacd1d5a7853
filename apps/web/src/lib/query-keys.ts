/** Every key of the query cache; what is invalidated together shares its beginning. */
export const queryKeys = {
  session: ['session'] as const,
  datasets: ['datasets'] as const,
  datasetList: (query: object) => ['datasets', 'list', query] as const,
  dataset: (id: string) => ['datasets', 'one', id] as const,
  datasetPart: (id: string, part: string, query: object = {}) =>
    ['datasets', 'one', id, part, query] as const,
  jobs: ['jobs'] as const,
  jobList: (query: object) => ['jobs', 'list', query] as const,
  job: (id: string) => ['jobs', 'one', id] as const,
  history: ['history'] as const,
  historyList: (query: object) => ['history', 'list', query] as const,
  suggestions: (datasetIds: readonly string[]) => ['suggestions', datasetIds] as const,
  answer: (request: object) => ['answer', request] as const,
  provenance: (id: string) => ['provenance', id] as const,
  roles: ['roles'] as const,
  members: ['members'] as const,
  memberList: (query: object) => ['members', 'list', query] as const,
  permissions: ['permissions'] as const,
  explanation: (query: object) => ['permissions', 'explanation', query] as const,
  system: ['system'] as const,
  openapi: ['openapi'] as const,
};
