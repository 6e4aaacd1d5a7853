import { prepareTemplate } from './store-template.ts';

/** Part of making a checkout ready: `node server/platform/db/prepare-template.ts`. Quick where it is done. */
export function prepareStoreTemplate(): Promise<string> {
  return prepareTemplate(async (folder) => {
    const { openEmbedded } = await import('./embedded.ts');
    await (await openEmbedded(folder, null)).close();
  });
}

if (process.argv[1] === import.meta.filename) await prepareStoreTemplate();
