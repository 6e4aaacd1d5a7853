import type { SubjectPackage } from '@stroma/contracts';
import type { Access, Audit } from '../../access/index.ts';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import type { SearchTools } from '../persons/person-search.ts';
import type { PersonSearches } from '../persons/person-searches.service.ts';
import { allVersions } from '../persons/person-versions.store.ts';
import { rowsOfPerson } from '../persons/person-versions.ts';
import { heldOn } from '../persons/persons.store.ts';
import type { SubjectRequests } from './subject-requests.service.ts';

/** Rows of one dataset version that are given out at most. */
const mostRows = 10_000;

const notice =
  'Rows of datasets are those that name the person in the current version of each dataset; where an earlier version alone does, that one. Values are as they are stored. Passwords, keys, tokens and what is derived from them are left out, as are records of what others did.';

export interface PackageTools extends SearchTools {
  audit: Audit;
  requests: SubjectRequests;
  searches: PersonSearches;
  consents: Access['consents'];
}

/** Everything held on the person of a request. Throws NOT_FOUND, CONFLICT where who asks is not verified. */
export async function packageFor(
  tools: PackageTools,
  ctx: Context,
  requestId: string,
): Promise<SubjectPackage> {
  const { platform, requests, searches, audit } = tools;
  const row = await requests.find(ctx, requestId);
  if (row.identityAt === null)
    fail('CONFLICT', 'Verify first that it is the person who asks; Art. 12(6).', { request_id: requestId });
  const identifiers = await requests.identifiers(row);
  const { subject } = await requests.get(ctx, requestId);
  const search = await searches.ended(ctx, row.searchId);
  const { findings } = search;
  const query = { identifiers, columns: search.columns, match: search.match };
  const sections: SubjectPackage['sections'] = [];
  for (const { user_id } of findings.accounts) {
    const held = await heldOn(platform, ctx.actor.tenantId, user_id);
    sections.push(...(held?.sections ?? []).filter(({ rows }) => rows.length > 0));
  }
  const versions = await allVersions(platform.db.sql, ctx.actor.tenantId);
  for (const dataset of findings.datasets) {
    const named = dataset.versions.filter(({ rows }) => rows > 0);
    const shown = named.find(({ current }) => current) ?? named.at(-1);
    const found = versions.find(({ version }) => version.id === shown?.version_id);
    if (shown === undefined || found === undefined) continue;
    const options = { signal: ctx.signal, caller: `privacy:${ctx.actor.id}` };
    const { columns, rows, truncated } = await rowsOfPerson(tools, found.version, query, mostRows, options);
    sections.push({
      name: dataset.dataset_id,
      about: `Rows of the dataset ${dataset.name}, version ${shown.number}`,
      rows: rows.map((cells) =>
        Object.fromEntries(columns.map(({ name }, index) => [name, cells[index] ?? null])),
      ),
      truncated,
    });
  }
  const given = await tools.consents.history(ctx.actor.tenantId, identifiers);
  if (given.length > 0)
    sections.push({
      name: 'consents',
      about: 'What the person agreed to',
      rows: given.map(({ purpose, wording, wording_version, given_at, expires_at, state, withdrawn }) => ({
        purpose,
        wording,
        wording_version,
        given_at,
        expires_at,
        state,
        withdrawn_at: withdrawn?.at ?? null,
      })),
      truncated: false,
    });
  const made: SubjectPackage = {
    format: 'stroma subject package 1',
    request_id: requestId,
    subject: subject ?? '',
    made_at: new Date().toISOString(),
    made_by: ctx.actor.name,
    notice,
    sections,
    findings,
  };
  await audit.append(ctx, {
    action: 'person.exported',
    object: { kind: 'subject_request', id: requestId },
    outcome: 'success',
    after: made,
    details: { sections: sections.length, rows: sections.reduce((sum, { rows }) => sum + rows.length, 0) },
  });
  return made;
}
