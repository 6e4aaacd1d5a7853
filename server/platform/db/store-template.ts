import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { migrationsFolder } from './migrations.ts';

/**
 * A template is a new store as the embedded PostgreSQL and the migrations make it, before the first start has put in
 * a key, a person or a password. Copying one is several times faster than making a store. It is kept beside what
 * else the checkout can make again, and is never needed: without it a store is made.
 */
export const keptTemplates = resolve(import.meta.dirname, '../../../.cache/store');
const abandonedAfterMs = 3_600_000;

/** The template's folder; its name tells what it is made by, so whatever changes a new store gives another. */
export async function templateFolder(kept = keptTemplates): Promise<string> {
  const recipe = createHash('sha256');
  const pglite = createRequire(import.meta.url).resolve('@electric-sql/pglite');
  recipe.update(String(JSON.parse(await readFile(join(pglite, '../../package.json'), 'utf8')).version));
  recipe.update(process.env.TZ ?? '');
  for (const { hash } of readMigrationFiles({ migrationsFolder })) recipe.update(hash);
  for (const file of ['embedded.ts', 'migrations.ts', 'tenant-role.ts', 'tenant-scope.ts'])
    recipe.update(await readFile(join(import.meta.dirname, file)));
  return join(kept, recipe.digest('hex').slice(0, 32));
}

/**
 * Makes the template where there is none, with `make`, which fills `<folder>/store`. It appears whole or not at all;
 * of two processes that make it at once the second throws its own away.
 */
export async function prepareTemplate(
  make: (folder: string) => Promise<void>,
  kept = keptTemplates,
): Promise<string> {
  const folder = await templateFolder(kept);
  if (await isWhole(folder)) return folder;
  await mkdir(kept, { recursive: true });
  const draft = beside(folder);
  await make(draft);
  await writeFile(join(draft, 'content'), await contentOf(join(draft, 'store')));
  await rename(folder, beside(folder)).catch(unless('ENOENT'));
  await rename(draft, folder).catch(unless('ENOTEMPTY', 'EEXIST'));
  for (const name of await readdir(kept)) {
    const path = join(kept, name);
    const made = await stat(path).catch(unless('ENOENT'));
    if (path !== folder && made !== undefined && Date.now() - made.mtimeMs > abandonedAfterMs)
      await rm(path, { recursive: true, force: true });
  }
  return folder;
}

/**
 * Puts a copy of the template at `store`, which must be absent or empty, and its parent this process's own. False where
 * there is no sound template.
 */
export async function copyTemplate(store: string, kept = keptTemplates): Promise<boolean> {
  const folder = await templateFolder(kept);
  if (!(await isWhole(folder))) return false;
  const draft = `${store}.new`;
  await rm(draft, { recursive: true, force: true });
  try {
    await copyFolder(join(folder, 'store'), draft);
    await rename(draft, store);
    return true;
  } catch {
    // It went while it was copied, or cannot be read: the store is made instead, and says if there is no room.
    await rm(draft, { recursive: true, force: true });
    return false;
  }
}

async function copyFolder(from: string, to: string): Promise<void> {
  await mkdir(to, { mode: 0o700 });
  const entries = await readdir(from, { withFileTypes: true });
  await Promise.all(
    entries.map((entry) =>
      entry.isDirectory()
        ? copyFolder(join(from, entry.name), join(to, entry.name))
        : copyFile(join(from, entry.name), join(to, entry.name), constants.COPYFILE_FICLONE),
    ),
  );
}

async function isWhole(folder: string): Promise<boolean> {
  const said = await readFile(join(folder, 'content'), 'utf8').catch(unless('ENOENT', 'EACCES'));
  if (said === undefined) return false;
  return said === (await contentOf(join(folder, 'store')).catch(unless('ENOENT', 'EACCES')));
}

/** Names and sizes of all files. */
async function contentOf(folder: string): Promise<string> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  );
  const lines = files.map(async ({ parentPath, name }) => {
    const path = join(parentPath, name);
    return `${path.slice(folder.length)} ${(await stat(path)).size}`;
  });
  return (await Promise.all(lines)).sort().join('\n');
}

const beside = (folder: string): string => `${folder}.${randomBytes(6).toString('hex')}`;

function unless(...codes: string[]): (error: NodeJS.ErrnoException) => undefined {
  return (error) => {
    if (!codes.includes(error.code ?? '')) throw error;
    return undefined;
  };
}
