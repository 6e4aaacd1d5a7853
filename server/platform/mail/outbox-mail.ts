import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { uuidv7 } from 'uuidv7';
import { systemTenant } from '../system-actor.ts';
import type { Mail, OutboxMessage } from './mail.ts';

const nameOf = /^[0-9a-f-]{36}\.json$/;

/**
 * Mail as files under `outbox/<tenant>` in the data folder, readable to the owner of the process alone. The names
 * are UUIDv7, so they sort by time. Mail holds links that open accounts: only administrators may be shown it.
 */
export function openOutbox(dataFolder: string, log: Logger): Mail {
  const folderOf = (tenantId: string) => join(dataFolder, 'outbox', tenantId.replace(/[^\w-]/g, ''));
  return {
    kind: 'outbox',
    async send({ to, subject, text, attachments = [], tenantId = systemTenant }) {
      const folder = folderOf(tenantId);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const name = `${uuidv7()}.json`;
      const file = await open(join(folder, `.${name}`), 'wx', 0o600);
      const left = attachments.map(
        ({ fileName, content }) => `\n[${fileName}, ${content.length} bytes: not kept here]`,
      );
      const written = { to, subject, text: text + left.join(''), written_at: new Date().toISOString() };
      await file.writeFile(`${JSON.stringify(written, null, 2)}\n`).finally(() => file.close());
      await rename(join(folder, `.${name}`), join(folder, name));
      log.info({ subject }, 'no mail server is set: the mail waits in the outbox');
    },
    async outbox(tenantId, limit, before) {
      const folder = folderOf(tenantId);
      const names = (await readdir(folder).catch(noneWhenMissing))
        .filter((name) => nameOf.test(name) && (before === null || name < `${before}.json`))
        .sort()
        .reverse()
        .slice(0, limit);
      return Promise.all(names.map((name) => read(folder, name)));
    },
    async remove(tenantId, id) {
      if (nameOf.test(`${id}.json`)) await rm(join(folderOf(tenantId), `${id}.json`), { force: true });
    },
    close: async () => undefined,
  };
}

async function read(folder: string, name: string): Promise<OutboxMessage> {
  const { to, subject, text, written_at } = JSON.parse(await readFile(join(folder, name), 'utf8')) as {
    to: string;
    subject: string;
    text: string;
    written_at: string;
  };
  return { id: name.replace('.json', ''), to, subject, text, writtenAt: new Date(written_at) };
}

function noneWhenMissing(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}
