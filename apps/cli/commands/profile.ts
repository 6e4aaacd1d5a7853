import type { DatasetProfile } from '@stroma/contracts';
import type { CommandRun, RunningCommand } from '../commands.ts';
import { findServer } from '../connection.ts';
import { exitStatus } from '../failure.ts';
import { ingestOptions } from '../ingest-options.ts';
import {
  joinsOf,
  type ProfiledTable,
  profileDocument,
  profileTable,
  readTables,
} from '../local/local-table.ts';
import { resolveDatasets } from '../remote/remote-datasets.ts';
import { withScratchFolder } from '../scratch-folder.ts';
import { isFile, openSourceFiles, refuseMissingFile } from '../source-files.ts';
import { profileView } from '../views/profile-view.ts';

interface Named {
  name: string;
  document: DatasetProfile;
}

/** One file or dataset: its profile. Several: `{ profiles: [...] }` in their order, with their candidate joins. */
export const profile: CommandRun = async (running) => {
  const { invocation, output } = running;
  const profiles = await withScratchFolder((folder) => findProfiles(folder, running));
  const documents = profiles.map(({ document }) => document);
  await output.result(invocation.words.length === 1 ? documents[0] : { profiles: documents }, () =>
    profiles.map(({ name, document }) => profileView(name, document, output)).join('\n\n\n'),
  );
  return exitStatus.ok;
};

async function findProfiles(folder: string, running: RunningCommand): Promise<Named[]> {
  const { invocation, signal } = running;
  const overrides = ingestOptions(invocation);
  const server = await findServer(running);
  if (server !== null) {
    const open = (words: string[]) => openSourceFiles(words, folder, running);
    const datasets = await resolveDatasets(server, invocation.words, open, overrides, running);
    return Promise.all(
      datasets.map(async ({ dataset_id, name }) => ({
        name,
        document: await server.client.datasets.profile({ params: { id: dataset_id }, signal }),
      })),
    );
  }
  for (const word of invocation.words) if (!isFile(word)) refuseMissingFile(word, false);
  const files = await openSourceFiles(invocation.words, folder, running);
  const tables = await readTables(files, overrides, folder, running);
  const profiled: ProfiledTable[] = [];
  for (const table of tables)
    profiled.push({ ...table, profile: await profileTable(table, folder, running) });
  const joins = await joinsOf(profiled);
  return profiled.map((table) => ({
    name: table.label,
    document: profileDocument(table, joins.get(table) ?? []),
  }));
}
