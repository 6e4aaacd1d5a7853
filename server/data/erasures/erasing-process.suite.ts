import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createApp } from '../../app.ts';
import { readConfig } from '../../platform/config/read-config.ts';

/**
 * A server that stands still at one moment of an erasure, says so with the file `here` in its data folder, and waits to
 * be killed. Everything of that moment was done for real: what was committed is committed, what was removed is gone.
 */
const { STOPS_AT: moment = '' } = process.env;
const { config } = readConfig(process.env);
const app = await createApp(config);
const { db, objects } = app.platform;
const { transaction } = db;
const { delete: removeObject } = objects;

function stand(): Promise<never> {
  writeFileSync(join(config.STROMA_DATA, 'here'), '');
  return new Promise(() => undefined);
}

if (moment === 'an object is gone') {
  let gone = 0;
  objects.delete = async (key) => {
    await removeObject.call(objects, key);
    if (!key.startsWith('lake/')) return;
    gone += 1;
    if (gone === 2) await stand();
  };
}
if (moment === 'the certificate is not committed')
  db.transaction = (work) =>
    transaction.call(db, async (tx) => {
      const result = await work(tx);
      const { rows } = (await tx.execute(
        'select 1 from erasures where certificate is not null limit 1',
      )) as unknown as { rows: unknown[] };
      if (rows.length > 0) await stand();
      return result;
    }) as never;

const { url } = await app.start();
writeFileSync(join(config.STROMA_DATA, 'server.json'), JSON.stringify({ url }));
