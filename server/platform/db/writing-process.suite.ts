import { openDatabase } from './open-database.ts';
import { silent } from './test-database.suite.ts';

/** Writes one row after another and says each once it is committed, until it is killed. */
const database = await openDatabase({ STROMA_DATA: process.argv[2] ?? '', DATABASE_URL: undefined }, silent);
await database.execute('create table if not exists written (id integer primary key)');
for (;;) {
  const { rows } = await database.execute(
    'insert into written select coalesce(max(id), 0) + 1 from written returning id',
  );
  // A reader that is late fills the pipe: what would wait in this process is lost with it.
  await new Promise<void>((done) => process.stdout.write(`${rows[0]?.id}\n`, () => done()));
}
