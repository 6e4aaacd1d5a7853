import { type ScimGroupInput, type ScimPatch, type ScimQuery, scimGroupInput } from '@stroma/contracts';
import type { Sql } from '../../platform/db/database.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import { lockMembers } from '../members/members.store.ts';
import type { DirectoryRow } from './directories.store.ts';
import { followGroups } from './pushed-roles.ts';
import {
  addMembers,
  deleteGroup,
  findPushedGroups,
  findPushedUsers,
  insertGroup,
  type PushedGroup,
  removeMembers,
  updateGroup,
} from './scim.store.ts';
import { groupDocument, listDocument, type ScimResource, shaped } from './scim-documents.ts';
import { refuse } from './scim-errors.ts';
import { matches, parseFilter } from './scim-filter.ts';
import { applyPatch } from './scim-patch.ts';
import type { ScimCaller, ScimParts } from './scim-users.service.ts';

/** Groups as a directory pushes them; whoever joins or leaves one gets the role that follows. */
export class ScimGroups {
  readonly #parts: ScimParts;

  constructor(parts: ScimParts) {
    this.#parts = parts;
  }

  async list({ directory, base }: ScimCaller, query: ScimQuery): Promise<ScimResource> {
    const filter = query.filter === undefined ? null : parseFilter(query.filter);
    const found = await findPushedGroups(this.#parts.db.sql, directory.id);
    const documents = found.map((each) => groupDocument(each, base));
    const chosen = filter === null ? documents : documents.filter((each) => matches(filter, each));
    return listDocument(
      chosen.map((each) => shaped(each, query)),
      query,
    );
  }

  async get({ directory, base }: ScimCaller, id: string): Promise<ScimResource> {
    return groupDocument(await this.#find(this.#parts.db.sql, directory, id), base);
  }

  async create(caller: ScimCaller, input: ScimGroupInput): Promise<ScimResource> {
    const id = newId('group');
    await this.#change(caller, id, input, async (tx, { id: directoryId, tenantId }) => {
      await this.#requireFreeName(tx, caller.directory, input.displayName, null);
      const { displayName, externalId = null } = input;
      await insertGroup(tx, { id, tenantId, directoryId, displayName, externalId });
    });
    return this.get(caller, id);
  }

  async replace(caller: ScimCaller, id: string, input: ScimGroupInput): Promise<ScimResource> {
    await this.#change(caller, id, input, async (tx) => {
      await this.#find(tx, caller.directory, id);
      await this.#requireFreeName(tx, caller.directory, input.displayName, id);
      await updateGroup(tx, id, { displayName: input.displayName, externalId: input.externalId ?? null });
    });
    return this.get(caller, id);
  }

  async patch(caller: ScimCaller, id: string, { Operations }: ScimPatch): Promise<ScimResource> {
    const present = await this.get(caller, id);
    const read = scimGroupInput.safeParse(applyPatch(present, Operations));
    if (read.success) return this.replace(caller, id, read.data);
    const [issue] = read.error.issues;
    return refuse('invalidValue', `${issue?.path.join('.')}: ${issue?.message}.`);
  }

  async remove(caller: ScimCaller, id: string): Promise<void> {
    await this.#change(caller, id, null, async (tx) => {
      await this.#find(tx, caller.directory, id);
    });
  }

  /** `input` null removes the group. Everybody who was or is in it gets the role that follows. */
  async #change(
    caller: ScimCaller,
    id: string,
    input: ScimGroupInput | null,
    work: (tx: Sql, directory: DirectoryRow) => Promise<void>,
  ): Promise<void> {
    const { ctx, directory } = caller;
    const { db, audit } = this.#parts;
    const changed = await db.transaction(async (tx) => {
      await lockMembers(tx, directory.tenantId);
      await work(tx, directory);
      const before = await this.#find(tx, directory, id);
      const held = new Set(before.members.map((each) => each.id));
      const wanted = new Set((input?.members ?? []).map(({ value }) => value));
      if (input === null) await deleteGroup(tx, id);
      else {
        const joining = [...wanted].filter((each) => !held.has(each));
        await this.#requirePushed(tx, directory, joining);
        await addMembers(tx, directory.tenantId, id, joining);
        await removeMembers(
          tx,
          id,
          [...held].filter((each) => !wanted.has(each)),
        );
      }
      await audit.record(tx, ctx, {
        action: input === null ? 'scim.deprovisioned' : 'scim.provisioned',
        object: { kind: 'group', id },
        outcome: 'success',
        before: { name: before.group.displayName, members: [...held].sort() },
        after: input === null ? null : { name: input.displayName, members: [...wanted].sort() },
        details: { directory: directory.id, members: wanted.size },
      });
      return followGroups(tx, audit, ctx, directory, new Set([...held, ...wanted]));
    });
    this.#parts.forget(directory.tenantId, changed);
  }

  async #requirePushed(tx: Sql, directory: DirectoryRow, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const known = new Set((await findPushedUsers(tx, directory.id)).map(({ user }) => user.id));
    const unknown = ids.find((id) => !known.has(id));
    if (unknown !== undefined)
      refuse('invalidValue', `This directory has pushed no user ${unknown.slice(0, 60)}.`);
  }

  async #requireFreeName(tx: Sql, directory: DirectoryRow, name: string, but: string | null): Promise<void> {
    const others = await findPushedGroups(tx, directory.id, { displayName: name }, false);
    if (others.some(({ group }) => group.id !== but))
      refuse('uniqueness', `There is a group with the displayName ${name} already.`);
  }

  async #find(db: Sql, directory: DirectoryRow, id: string): Promise<PushedGroup> {
    const [found] = await findPushedGroups(db, directory.id, { id });
    return found ?? fail('NOT_FOUND', `This directory has pushed no group ${id}.`);
  }
}
