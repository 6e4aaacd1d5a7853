import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import type { Database } from './database.ts';

/** PostgreSQL where `DATABASE_URL` is set, otherwise the embedded store in the data folder; migrated either way. */
export async function openDatabase(
  config: Pick<Config, 'DATABASE_URL' | 'STROMA_DATA'>,
  log: Logger,
): Promise<Database> {
  if (config.DATABASE_URL !== undefined) {
    const { openPostgresql } = await import('./postgresql.ts');
    return await openPostgresql(config.DATABASE_URL, log);
  }
  const { openEmbedded } = await import('./embedded.ts');
  return await openEmbedded(config.STROMA_DATA);
}
