import { quoteIdentifier, quoteLiteral, type SqlSandbox } from '@stroma/lake';
import { pseudonym } from '@stroma/privacy';
import type { Context } from '../../platform/context.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Made } from '../../platform/provenance/provenance-types.ts';
import { PrivacyKeys } from '../anonymisation/anonymisation.keys.ts';
import type { DatasetWithVersion, VersionRow } from '../datasets/datasets.store.ts';
import type { LakeDocuments } from '../datasets/lake-documents.ts';
import type { Parameters } from '../persons/person-cells.ts';

/** How rows of an anonymised version lead back to a person of its source: by pseudonyms made with a key that is kept. */
export interface Linkable {
  sourceVersionId: string;
  key: 'dataset' | 'organisation';
  columns: { column: string; prefix: string }[];
}

export interface AnonymisedVersion extends DatasetWithVersion {
  /** Null where nothing leads back. */
  linkable: Linkable | null;
}

/** Versions that were anonymised from one of the given, as their derivations tell. */
export function anonymisedFrom(
  made: readonly Made[],
  versions: readonly DatasetWithVersion[],
  sources: readonly string[],
): AnonymisedVersion[] {
  const files = new Map(
    made.filter(({ kind }) => kind === 'anonymisation').map((each) => [each.entity_id, each]),
  );
  const found = new Map<string, AnonymisedVersion>();
  for (const { entity_id: id, inputs } of made) {
    const row = versions.find(({ version }) => version.id === id);
    const file = inputs.map((input) => files.get(input.id)).find((each) => each !== undefined);
    if (row === undefined || file === undefined) continue;
    const source = file.inputs.find((input) => sources.includes(input.id));
    found.set(id, { ...row, linkable: source === undefined ? null : linkableOf(file, source.id) });
  }
  return [...found.values()];
}

function linkableOf({ parameters }: Made, sourceVersionId: string): Linkable | null {
  const { key, columns } = parameters as {
    key?: string;
    columns?: { column: string; action: { kind: string; prefix?: string } }[];
  };
  if (key !== 'dataset' && key !== 'organisation') return null;
  const named = (columns ?? []).filter(({ action }) => action.kind === 'pseudonymise');
  if (named.length === 0) return null;
  return {
    sourceVersionId,
    key,
    columns: named.map(({ column, action }) => ({ column, prefix: action.prefix ?? '' })),
  };
}

/** More values of one person than this in one column are no identifier of theirs. */
const mostValues = 1_000;

/**
 * SQL over a row of an anonymised version: it is of the person whose rows of the source pass the tests. Only values
 * that all rows of are the person's count: what others share says nothing of who a row is of.
 */
export async function pseudonymTests(
  tools: { platform: Platform; documents: Pick<LakeDocuments, 'paths'>; sandbox: () => SqlSandbox },
  ctx: Context,
  source: { dataset: { id: string }; version: VersionRow },
  linkable: Linkable,
  own: string,
  parameters: Parameters,
): Promise<string[]> {
  const { platform, documents, sandbox } = tools;
  const key = await new PrivacyKeys(platform).get(ctx, source.dataset.id, linkable.key);
  const file = await documents.paths(source.version);
  const found: string[] = [];
  for (const { column, prefix } of linkable.columns) {
    if (!source.version.columns.some(({ name }) => name === column)) continue;
    const value = `CAST(${quoteIdentifier(column)} AS VARCHAR)`;
    const { sql, params } = parameters.bind(
      `SELECT ${value} FROM dataset WHERE ${quoteIdentifier(column)} IS NOT NULL GROUP BY 1 HAVING bool_and(${own})`,
    );
    const { rows } = await sandbox().query(sql, [{ name: 'dataset', ...file }], {
      signal: ctx.signal,
      caller: `privacy:${ctx.actor.id}`,
      params,
      limits: { maxRows: mostValues },
    });
    const pseudonyms = rows.map(([each]) => quoteLiteral(`${prefix}${pseudonym(key, String(each))}`));
    if (pseudonyms.length > 0) found.push(`coalesce(${value} IN (${pseudonyms.join(', ')}), false)`);
  }
  return found;
}
