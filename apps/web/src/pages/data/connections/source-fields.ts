import type { DataConnection, SourceKind, SourceSecrets, SourceSettingsInput } from '@stroma/contracts';

/** One thing a person says of a source. */
export interface SourceField {
  name: string;
  secret?: true;
  type?: 'number' | 'password' | 'lines' | 'file';
  optional?: true;
  /** Shown with the others only where another field has one of these values. */
  when?: readonly [field: string, ...values: string[]];
  choices?: readonly string[];
  initial?: string;
}

const login: readonly SourceField[] = [
  { name: 'user' },
  { name: 'password', secret: true, type: 'password', optional: true },
];
const encryption: readonly SourceField[] = [
  { name: 'tls', choices: ['verify', 'encrypt', 'off'], initial: 'verify' },
  { name: 'certificate', type: 'lines', optional: true, when: ['tls', 'verify'] },
];
const httpLogin: readonly SourceField[] = [
  { name: 'auth', choices: ['none', 'basic', 'bearer', 'header'], initial: 'none' },
  { name: 'user', when: ['auth', 'basic'] },
  { name: 'password', secret: true, type: 'password', optional: true, when: ['auth', 'basic'] },
  { name: 'header', when: ['auth', 'header'], initial: 'x-api-key' },
  { name: 'token', secret: true, type: 'password', optional: true, when: ['auth', 'bearer', 'header'] },
];
const database = (port: string): readonly SourceField[] => [
  { name: 'host' },
  { name: 'port', type: 'number', initial: port },
  { name: 'database' },
  ...login,
  ...encryption,
];

export const sourceFields: Readonly<Record<SourceKind, readonly SourceField[]>> = {
  postgresql: database('5432'),
  mysql: database('3306'),
  sqlite: [
    { name: 'file', type: 'file', optional: true },
    { name: 'path', optional: true },
  ],
  clickhouse: [
    { name: 'url' },
    { name: 'database', initial: 'default' },
    { name: 'user', initial: 'default' },
    { name: 'password', secret: true, type: 'password', optional: true },
  ],
  http_json: [
    { name: 'url' },
    { name: 'rows', optional: true },
    ...httpLogin,
    { name: 'paging', choices: ['none', 'page', 'offset', 'cursor', 'next_link'], initial: 'none' },
    { name: 'parameter', when: ['paging', 'page', 'offset', 'cursor'] },
    { name: 'size', type: 'number', optional: true, when: ['paging', 'page', 'offset'] },
    { name: 'size_parameter', optional: true, when: ['paging', 'page', 'offset'] },
    { name: 'pointer', optional: true, when: ['paging', 'cursor', 'next_link'] },
    { name: 'since_parameter', optional: true },
    { name: 'max_rows', type: 'number', initial: '1000000' },
  ],
  http_files: [{ name: 'url' }, ...httpLogin],
  s3: [
    { name: 'bucket' },
    { name: 'prefix', optional: true },
    { name: 'region', initial: 'us-east-1' },
    { name: 'endpoint', optional: true },
    { name: 'access_key', optional: true },
    { name: 'secret_key', secret: true, type: 'password', optional: true },
  ],
};

export type SourceTexts = Record<string, string>;

export const isShown = ({ when }: SourceField, texts: SourceTexts): boolean =>
  when === undefined || when.slice(1).includes(texts[when[0]] ?? '');

/** What a form begins with: what is kept of a connection, or what is usual. */
export function textsOf(kind: SourceKind, present: DataConnection | null): SourceTexts {
  const kept = (present?.settings ?? {}) as Record<string, unknown>;
  const { paging, ...settings } = kept;
  const flat = {
    ...settings,
    ...(paging as object | undefined),
    ...(paging ? { paging: (paging as { kind: string }).kind } : {}),
  };
  const given = flat as Record<string, unknown>;
  return Object.fromEntries(
    sourceFields[kind].map(({ name, initial = '' }) => {
      const value = given[name];
      return [name, value === undefined || value === null ? initial : String(value)];
    }),
  );
}

/** What is sent: settings of this kind, and the secrets that were typed. */
export function settingsOf(
  kind: SourceKind,
  texts: SourceTexts,
  fileId: string | null,
): { settings: SourceSettingsInput; secrets: SourceSecrets } {
  const shown = sourceFields[kind].filter((field) => isShown(field, texts));
  const typed = (field: SourceField): [string, string | number][] => {
    const text = (texts[field.name] ?? '').trim();
    if (text === '' || field.type === 'file') return [];
    return [[field.name, field.type === 'number' ? Number(text) : text]];
  };
  const { parameter, size, size_parameter, pointer, paging, ...settings } = Object.fromEntries(
    shown.filter(({ secret }) => secret !== true).flatMap(typed),
  );
  const said = Object.fromEntries(
    Object.entries({ parameter, size, size_parameter, pointer }).filter(([, value]) => value !== undefined),
  );
  return {
    settings: {
      kind,
      ...settings,
      ...(kind === 'sqlite' && fileId !== null ? { file_id: fileId } : {}),
      ...(paging === undefined ? {} : { paging: { kind: paging, ...said } }),
    } as SourceSettingsInput,
    secrets: Object.fromEntries(
      shown.filter(({ secret }) => secret === true).flatMap(typed),
    ) as SourceSecrets,
  };
}
