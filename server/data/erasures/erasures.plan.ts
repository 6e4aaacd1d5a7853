import { hash } from 'node:crypto';
import { type ErasurePlan, keepingGrounds, type PersonFindings } from '@stroma/contracts';
import type { Access } from '../../access/index.ts';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import type { Platform } from '../../platform/platform.ts';
import { canonicalJson } from '../../platform/provenance/canonical-json.ts';
import type { Made } from '../../platform/provenance/provenance-types.ts';
import type { DatasetWithVersion } from '../datasets/datasets.store.ts';
import { treatmentOf } from '../persons/person-records.store.ts';
import type { PersonSearches } from '../persons/person-searches.service.ts';
import { allVersions } from '../persons/person-versions.store.ts';
import type { SubjectRequestRow } from '../subject-requests/subject-requests.store.ts';
import type { DerivedHolder } from './derived-holders.ts';
import { queryKind } from './derived-queries.ts';
import { anonymisedFrom } from './derived-versions.ts';
import { backupsThere, findErasure, signedVersions } from './erasures.store.ts';

export interface PlanTools {
  platform: Platform;
  retention: Pick<Access['retention'], 'holdsOf'>;
  searches: PersonSearches;
  holders: readonly DerivedHolder[];
}

type PlannedDataset = ErasurePlan['datasets'][number];
type Holds = Awaited<ReturnType<PlanTools['retention']['holdsOf']>>;

/** What would become of everything that was found. Throws CONFLICT before a search has ended. */
export async function planErasure(
  tools: PlanTools,
  ctx: Context,
  request: SubjectRequestRow,
): Promise<ErasurePlan> {
  const { platform, retention, searches } = tools;
  const { sql } = platform.db;
  const { tenantId } = ctx.actor;
  if (request.kind !== 'erasure')
    fail('CONFLICT', 'This is no request for erasure; enter one for it.', { request_id: request.id });
  const search = await searches.ended(ctx, request.searchId);
  const { findings } = search;
  const [versions, holds, signed, backups] = await Promise.all([
    allVersions(sql, tenantId),
    retention.holdsOf(tenantId),
    signedVersions(sql, tenantId),
    backupsThere(sql),
  ]);
  const datasets = plannedDatasets(findings, versions, holds, signed);
  const leaving = datasets
    .filter(({ treatment, may_choose }) => treatment !== 'keep' || may_choose)
    .flatMap((dataset) => dataset.versions.map(({ version_id }) => version_id));
  const accounts = findings.accounts.map(({ user_id, name, email }) => ({
    user_id,
    name,
    email,
    held: holds.persons.includes(user_id),
  }));
  const plan: Omit<ErasurePlan, 'plan_sha256'> = {
    request_id: request.id,
    search_id: search.id,
    searched_at: search.beganAt.toISOString(),
    blocked: await blockedBy(tools, ctx, request, search.beganAt, versions, holds, accounts),
    datasets,
    derived: await derivedOf(tools, ctx, leaving, { versions, holds, signed }),
    store: storeOf(findings),
    raw_files: findings.raw_files.length,
    accounts,
    invitations: findings.invitations,
    consents: findings.consents.all,
    mail: findings.mail,
    backups,
    unclear: unclearOf(findings),
  };
  // Everybody's questions go on meanwhile, and all that were asked are treated alike: a new one is no other plan. Nor is
  // one that nothing stands in the way of any more.
  const { blocked: _, ...what } = plan;
  const decided = { ...what, derived: plan.derived.filter(({ kind }) => kind !== queryKind) };
  return { ...plan, plan_sha256: hash('sha256', canonicalJson(decided)) };
}

/** Versions that share the file they were read from with one that names the person hold the person too: in that file. */
function plannedDatasets(
  findings: PersonFindings,
  versions: readonly DatasetWithVersion[],
  holds: Holds,
  signed: ReadonlySet<string>,
): PlannedDataset[] {
  const found = new Map(
    findings.datasets.flatMap((dataset) => dataset.versions.map((each) => [each.version_id, each] as const)),
  );
  const files = new Set(
    versions.filter(({ version }) => found.has(version.id)).map(({ version }) => version.rawKey),
  );
  const tainted = versions.filter(({ version }) => found.has(version.id) || files.has(version.rawKey));
  return [...Map.groupBy(tainted, ({ dataset }) => dataset.id)].map(([id, group]): PlannedDataset => {
    const [first] = group as [DatasetWithVersion, ...DatasetWithVersion[]];
    const { dataset } = first;
    const current = group.find(({ version }) => version.id === dataset.currentVersionId);
    const rows = (current && found.get(current.version.id)?.rows) ?? 0;
    const isHeld = holds.datasets.includes(id) || holds.persons.includes(dataset.createdBy);
    const isSigned = group.some(({ version }) => signed.has(version.id));
    const whole = dataset.deletedAt !== null || (current !== undefined && rows >= current.version.rows);
    return {
      dataset_id: id,
      name: dataset.name,
      treatment:
        isHeld || isSigned ? 'keep' : whole ? 'purge' : current === undefined ? 'dispose' : 'rewrite',
      ground: isHeld ? 'legal_hold' : isSigned ? 'signed_record' : null,
      may_choose: !isHeld,
      deleted: dataset.deletedAt !== null,
      rows,
      mentions: (current && found.get(current.version.id)?.mentions) ?? 0,
      total_rows: current?.version.rows ?? dataset.rows,
      versions: group.map(({ version }) => ({
        version_id: version.id,
        number: version.number,
        rows: found.get(version.id)?.rows ?? 0,
      })),
    };
  });
}

/** What a signed dataset would become when who executes decides that it is erased all the same. */
export function treatmentUnless(
  dataset: PlannedDataset,
  current: string | undefined,
  wordsOnly: boolean,
): PlannedDataset['treatment'] {
  if (dataset.deleted || current === undefined) return 'purge';
  if (!wordsOnly && dataset.rows >= dataset.total_rows) return 'purge';
  return dataset.versions.some(({ version_id }) => version_id === current) ? 'rewrite' : 'dispose';
}

async function derivedOf(
  { platform, holders }: PlanTools,
  ctx: Context,
  leaving: readonly string[],
  known: { versions: readonly DatasetWithVersion[]; holds: Holds; signed: ReadonlySet<string> },
): Promise<ErasurePlan['derived']> {
  const made = (await platform.provenance.downstream(ctx, leaving)).filter(
    ({ entity_id }) => !leaving.includes(entity_id),
  );
  const anonymised = anonymisedFrom(made, known.versions, leaving).map(({ version, dataset, linkable }) => {
    const isHeld =
      known.holds.datasets.includes(dataset.id) || known.holds.persons.includes(dataset.createdBy);
    const isSigned = known.signed.has(version.id);
    const ground = isHeld ? ('legal_hold' as const) : isSigned ? ('signed_record' as const) : null;
    return {
      kind: 'anonymised_version',
      id: version.id,
      label: `${dataset.name}, version ${version.number}`,
      treatment:
        ground !== null ? ('keep' as const) : linkable === null ? ('mark' as const) : ('rewrite' as const),
      ground: ground ?? (linkable === null ? ('anonymous' as const) : null),
    };
  });
  const others = await Promise.all(
    holders.map((holder) =>
      holder.propose(
        ctx,
        made.filter((each: Made) => each.entity_id.startsWith(holder.prefix)),
      ),
    ),
  );
  return [...anonymised, ...others.flat()];
}

function storeOf({ store }: PersonFindings): ErasurePlan['store'] {
  const byTable = new Map<string, ErasurePlan['store'][number]>();
  for (const { table, column, rows } of store) {
    const decided = treatmentOf(table, column);
    if (decided.treatment !== 'redact' && decided.treatment !== 'keep') continue;
    const ground = decided.treatment === 'keep' ? decided.ground : null;
    const key = `${table} ${ground}`;
    const known = byTable.get(key);
    byTable.set(key, {
      table,
      rows: Math.max(known?.rows ?? 0, rows),
      treatment: decided.treatment,
      ground,
    });
  }
  return [...byTable.values()];
}

function unclearOf({ store, not_searched, accounts }: PersonFindings): ErasurePlan['unclear'] {
  const records = store.filter(
    ({ treatment }) => treatment === 'undecided' || (treatment === 'account' && accounts.length === 0),
  );
  const tables = Map.groupBy(
    records.filter(({ table }) => table !== 'identity_challenges'),
    ({ table }) => table,
  );
  return [
    ...not_searched.map(({ name, why }) => ({ name, why })),
    ...[...tables].map(([table, columns]) => ({
      name: `records: ${table}`,
      why: `quote the person in ${columns.map(({ column }) => column).join(', ')}; they are not erased by themselves`,
    })),
  ];
}

async function blockedBy(
  { platform }: PlanTools,
  ctx: Context,
  request: SubjectRequestRow,
  searchedAt: Date,
  versions: readonly DatasetWithVersion[],
  holds: Holds,
  accounts: ErasurePlan['accounts'],
): Promise<string | null> {
  const earlier =
    request.erasureId === null
      ? null
      : await findErasure(platform.db.sql, ctx.actor.tenantId, request.erasureId);
  if (earlier?.status === 'done') return 'The person was erased already.';
  if (earlier?.status === 'running') return 'The person is being erased now.';
  if (request.closedAt !== null) return 'This request is closed.';
  if (request.identityAt === null) return 'Verify first that it is the person who asks; Art. 12(6).';
  if (holds.everything) return `${keepingGrounds.legal_hold}: everything is on hold.`;
  if (accounts.some(({ held }) => held)) return `${keepingGrounds.legal_hold}: the person is on hold.`;
  if (versions.some(({ version }) => version.createdAt > searchedAt && version.id !== undefined))
    return 'Data came in after the person was looked for. Look again.';
  return null;
}
