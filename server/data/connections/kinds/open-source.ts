import type { SourceSecrets, SourceSettings } from '@stroma/contracts';
import type { Means, OpenSource } from './source-kind.ts';

/** Reaches a source of any kind. What a kind needs is loaded when it is first asked for. */
export async function openSource(
  settings: SourceSettings,
  secrets: SourceSecrets,
  means: Means,
): Promise<OpenSource> {
  means.signal.throwIfAborted();
  switch (settings.kind) {
    case 'postgresql':
      return (await import('./postgresql.ts')).openPostgresql(settings, secrets, means);
    case 'mysql':
      return (await import('./mysql.ts')).openMysql(settings, secrets, means);
    case 'sqlite':
      return (await import('./sqlite.ts')).openSqlite(settings, secrets, means);
    case 'clickhouse':
      return (await import('./clickhouse.ts')).openClickhouse(settings, secrets, means);
    case 'http_json':
      return (await import('./http-json.ts')).openHttpJson(settings, secrets, means);
    case 'http_files':
      return (await import('./http-files.ts')).openHttpFiles(settings, secrets, means);
    case 's3':
      return (await import('./s3.ts')).openS3(settings, secrets, means);
  }
}
