/** Where data can be fetched from. */
export const sourceKinds = [
  'postgresql',
  'mysql',
  'sqlite',
  'clickhouse',
  'http_json',
  'http_files',
  's3',
] as const;
export type SourceKind = (typeof sourceKinds)[number];

/** `verify`: encrypted, and the certificate must be of this host. `encrypt`: encrypted, whoever answers. */
export const sourceTls = ['verify', 'encrypt', 'off'] as const;
export type SourceTls = (typeof sourceTls)[number];

/** `none`; a user and password; a bearer token; a header of one’s own that holds the token. */
export const sourceAuths = ['none', 'basic', 'bearer', 'header'] as const;
export type SourceAuth = (typeof sourceAuths)[number];

export const sourcePagings = ['none', 'page', 'offset', 'cursor', 'next_link'] as const;

/** `full`: the whole table each time. `incremental`: rows with a greater value in one column are added. */
export const importModes = ['full', 'incremental'] as const;
export type ImportMode = (typeof importModes)[number];

/** What happens when the columns of the source are no longer those of the import before. */
export const changePolicies = ['stop', 'continue'] as const;
export type ChangePolicy = (typeof changePolicies)[number];

export const importRunStatuses = ['succeeded', 'unchanged', 'failed'] as const;
export type ImportRunStatus = (typeof importRunStatuses)[number];

/** Kinds that take SQL in place of the name of a table. */
export const sqlSourceKinds: readonly SourceKind[] = ['postgresql', 'mysql', 'sqlite', 'clickhouse'];
