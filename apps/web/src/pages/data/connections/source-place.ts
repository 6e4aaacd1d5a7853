import type { DataConnection } from '@stroma/contracts';

/** Where a source is, in one line. */
export function placeOf(settings: DataConnection['settings']): string {
  switch (settings.kind) {
    case 'postgresql':
    case 'mysql':
      return `${settings.user}@${settings.host}:${settings.port}/${settings.database}`;
    case 'sqlite':
      return settings.path ?? settings.file_id ?? '';
    case 'clickhouse':
      return `${settings.url} ${settings.database}`;
    case 's3':
      return `s3://${settings.bucket}/${settings.prefix}`;
    case 'http_json':
    case 'http_files':
      return settings.url;
  }
}
