import { openEmbedded } from './embedded.ts';
import { prepareTemplate } from './store-template.ts';

/** `node server/platform/db/prepare-template.ts`: part of making a checkout ready. */
await prepareTemplate(async (folder) => (await openEmbedded(folder, null)).close());
