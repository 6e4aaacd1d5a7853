import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { rowSecurityStatements, type TableShape } from './row-security.ts';

const server = resolve(import.meta.dirname, '../..');

// npm may install drizzle-orm under server/ and drizzle-kit above it, where it does not find it.
const resolveHere = `import { createRequire, registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
const parentURL = ${JSON.stringify(import.meta.url)};
const { resolve } = createRequire(parentURL);
let asked = false;
registerHooks({
  resolve(specifier, context, next) {
    if (asked || !/^drizzle-orm($|\\/)/.test(specifier)) return next(specifier, context);
    if (context.conditions.includes('import')) return next(specifier, { ...context, parentURL });
    asked = true;
    try {
      return { url: pathToFileURL(resolve(specifier)).href, shortCircuit: true };
    } finally {
      asked = false;
    }
  },
});`;

/** Writes the one initial migration of all `*.tables.ts` to a new temporary folder, and returns its path. */
export function generateMigrations(): string {
  const out = mkdtempSync(join(tmpdir(), 'stroma-migrations-'));
  const kit = join(dirname(createRequire(import.meta.url).resolve('drizzle-kit')), 'bin.cjs');
  const hooks = `data:text/javascript,${encodeURIComponent(resolveHere)}`;
  execFileSync(process.execPath, ['--import', hooks, kit, 'generate', '--name=initial'], {
    cwd: server,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DRIZZLE_OUT: `./${relative(server, out)}` },
  });
  const snapshot = JSON.parse(readFileSync(join(out, 'meta/0000_snapshot.json'), 'utf8')) as Snapshot;
  const statements = rowSecurityStatements(
    Object.values(snapshot.tables),
    [...Object.values(snapshot.sequences).map(({ name }) => name), ...ownSequences(snapshot)].sort(),
  );
  const separator = '--> statement-breakpoint\n';
  appendFileSync(join(out, '0000_initial.sql'), `${separator}${statements.join(`\n${separator}`)}`);
  return out;
}

interface Snapshot {
  tables: Record<string, TableShape & { columns: Record<string, { type: string }> }>;
  sequences: Record<string, { name: string }>;
}

/** The sequences behind serial columns, which PostgreSQL names itself. */
function ownSequences({ tables }: Snapshot): string[] {
  return Object.values(tables).flatMap((table) =>
    Object.entries(table.columns)
      .filter(([, { type }]) => /serial$/.test(type))
      .map(([column]) => `${table.name}_${column}_seq`),
  );
}

/** While nothing is released there is one migration, made anew: `npm run db:generate`. */
if (process.argv[1] === import.meta.filename) {
  const made = generateMigrations();
  const current = join(server, 'drizzle');
  const next = `${current}.next`;
  const old = `${current}.old`;
  cpSync(made, next, { recursive: true });
  if (existsSync(current)) renameSync(current, old);
  renameSync(next, current);
  for (const folder of [old, made]) rmSync(folder, { recursive: true, force: true });
}
