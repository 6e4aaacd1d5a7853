import type { Logger } from 'pino';
import { openAudit } from './access/audit/open-audit.ts';
import { openAuditTrail } from './access/audit/open-audit-trail.ts';
import { type Operations, openOperations } from './platform/backup/operations.ts';
import type { Config } from './platform/config/config.ts';
import { openPlatform } from './platform/open-platform.ts';
import { systemContext } from './platform/system-actor.ts';

/** What keeps an installation, without the modules that serve people: an order of the command line needs no more. */
export interface Operator {
  readonly operations: Pick<Operations, 'commands' | 'recordRestore'>;
  close(): Promise<void>;
}

/** Opens the walls and the record over a data folder that no server runs on. Throws DATA_FOLDER_IN_USE. */
export async function openOperator(config: Config, log: Logger, version: string): Promise<Operator> {
  const platform = await openPlatform(config, log, version);
  try {
    const audit = await openAudit(platform);
    const { commands } = await openAuditTrail(platform, audit);
    const operations = openOperations(
      platform,
      (tx, who, entry) => audit.record(tx, who ?? systemContext(log), entry),
      version,
      commands,
    );
    return {
      operations,
      async close() {
        await operations.close();
        await audit.close();
        await platform.close();
      },
    };
  } catch (error) {
    await platform.close();
    throw error;
  }
}
