import { type ScimPatch, type ScimQuery, type ScimUserInput, scimUserInput } from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import type { Database, Sql } from '../../platform/db/database.ts';
import { acrossTenants } from '../../platform/db/tenant-scope.ts';
import { fail } from '../../platform/failure.ts';
import type { Audit } from '../audit/audit.ts';
import { findUserByEmail } from '../identity/identity.store.ts';
import { lockMembers } from '../members/members.store.ts';
import { tellAccessChange } from '../permissions/access-changes.ts';
import { accountBeyondConfigurer, excessOverConfigurer } from '../single-sign-on/configurer.ts';
import { findRole } from '../single-sign-on/mapped-roles.ts';
import {
  findPersonByEmail,
  insertPerson,
  isLastAdministrator,
  updatePerson,
} from '../single-sign-on/people.store.ts';
import { domainOf } from '../single-sign-on/proven-identity.ts';
import type { DirectoryRow } from './directories.store.ts';
import { roleByGroups } from './pushed-roles.ts';
import {
  deletePushedUser,
  findPushedUsers,
  insertPushedUser,
  isPushed,
  type PushedUser,
  type UserHint,
  updatePushedUser,
} from './scim.store.ts';
import type { PushedAttributes } from './scim.tables.ts';
import { listDocument, type ScimResource, shaped, userDocument } from './scim-documents.ts';
import { refuse } from './scim-errors.ts';
import { type Filter, matches, parseFilter } from './scim-filter.ts';
import { applyPatch } from './scim-patch.ts';

export interface ScimParts {
  db: Database;
  audit: Audit;
  /** Ends every session of a person with the transaction. */
  endSessions(tx: Sql, userId: string, reason: string): Promise<unknown>;
  /** After the commit: what this process remembers of people is asked for again. */
  forget(tenantId: string, userIds: readonly string[]): void;
}

/** A request of a directory. */
export interface ScimCaller {
  ctx: Context;
  directory: DirectoryRow;
  /** Address of `/scim/v2` as the directory sees it. */
  base: string;
}

/** People as a directory pushes them. */
export class ScimUsers {
  readonly #parts: ScimParts;

  constructor(parts: ScimParts) {
    this.#parts = parts;
  }

  async list({ directory, base }: ScimCaller, query: ScimQuery): Promise<ScimResource> {
    const filter = query.filter === undefined ? null : parseFilter(query.filter);
    const found = await findPushedUsers(this.#parts.db.sql, directory.id, hintOf(filter));
    const documents = found.map((each) => userDocument(each, base));
    const chosen = filter === null ? documents : documents.filter((each) => matches(filter, each));
    return listDocument(
      chosen.map((each) => shaped(each, query)),
      query,
    );
  }

  async get({ directory, base }: ScimCaller, id: string): Promise<ScimResource> {
    return userDocument(await this.#find(this.#parts.db.sql, directory, id), base);
  }

  /** Makes the account, or takes one that is here by an address of the directory's domains. */
  async create(caller: ScimCaller, input: ScimUserInput): Promise<ScimResource> {
    const { ctx, directory } = caller;
    const { db, audit } = this.#parts;
    const email = readEmail(directory, input);
    const id = await db.transaction(async (tx) => {
      await lockMembers(tx, directory.tenantId);
      await this.#requireFreeName(tx, directory, input.userName, null);
      const here = await findPersonByEmail(tx, directory.tenantId, email);
      if (here !== null && (await isPushed(tx, directory.tenantId, here.id)))
        refuse('uniqueness', `A directory has pushed the address ${email} already.`);
      if (here !== null) await requireReached(tx, directory, here.id);
      const role = await roleByGroups(tx, directory, [], here && { role: here.role, madeHere: false });
      if (here === null) await requireGivenRole(tx, directory, role);
      const name = nameOf(input, email);
      const person =
        here ?? (await insertPerson(tx, { tenantId: directory.tenantId, email, name, role })) ?? taken(email);
      await insertPushedUser(tx, {
        userId: person.id,
        tenantId: directory.tenantId,
        directoryId: directory.id,
        ...fieldsOf(input),
        madeUser: here === null,
      });
      await audit.record(tx, ctx, {
        action: 'scim.provisioned',
        object: { kind: 'user', id: person.id },
        outcome: 'success',
        after: { userName: input.userName, email, role },
        details: { directory: directory.id, role, made: here === null },
      });
      await this.#setActive(tx, caller, person.id, input.active ?? true);
      return person.id;
    });
    this.#parts.forget(directory.tenantId, [id]);
    return this.get(caller, id);
  }

  async replace(caller: ScimCaller, id: string, input: ScimUserInput): Promise<ScimResource> {
    const { ctx, directory } = caller;
    const { db, audit } = this.#parts;
    const email = readEmail(directory, input);
    // An address belongs to one account of the installation, whichever tenant it is of.
    const holder = await acrossTenants('addresses are unique over all tenants', () =>
      findUserByEmail(db.sql, email),
    );
    if (holder !== null && holder.tenantId !== directory.tenantId) taken(email);
    await db.transaction(async (tx) => {
      await lockMembers(tx, directory.tenantId);
      const before = await this.#find(tx, directory, id);
      await requireReached(tx, directory, id);
      await this.#requireFreeName(tx, directory, input.userName, id);
      if (email !== before.user.email && (await findPersonByEmail(tx, directory.tenantId, email)) !== null)
        taken(email);
      await updatePerson(tx, directory.tenantId, id, { email, name: nameOf(input, email) });
      await updatePushedUser(tx, id, fieldsOf(input));
      await audit.record(tx, ctx, {
        action: 'scim.provisioned',
        object: { kind: 'user', id },
        outcome: 'success',
        before: userDocument(before, ''),
        after: { ...input },
        details: { directory: directory.id, change: 'replaced' },
      });
      await this.#setActive(tx, caller, id, input.active ?? true);
    });
    this.#parts.forget(directory.tenantId, [id]);
    return this.get(caller, id);
  }

  async patch(caller: ScimCaller, id: string, { Operations }: ScimPatch): Promise<ScimResource> {
    const present = await this.get(caller, id);
    const changed = applyPatch(present, Operations);
    const read = scimUserInput.safeParse(changed);
    if (!read.success) {
      const [issue] = read.error.issues;
      return refuse('invalidValue', `${issue?.path.join('.')}: ${issue?.message}.`);
    }
    return this.replace(caller, id, read.data);
  }

  /** The account stays, deactivated, so that what the person did keeps its name. */
  async remove(caller: ScimCaller, id: string): Promise<void> {
    const { directory } = caller;
    await this.#parts.db.transaction(async (tx) => {
      await lockMembers(tx, directory.tenantId);
      await this.#find(tx, directory, id);
      await requireReached(tx, directory, id);
      await this.#setActive(tx, caller, id, false);
      await deletePushedUser(tx, directory.id, id);
    });
    this.#parts.forget(directory.tenantId, [id]);
  }

  async #setActive(tx: Sql, { ctx, directory }: ScimCaller, id: string, active: boolean): Promise<void> {
    const { user } = await this.#find(tx, directory, id);
    if ((user.disabledAt === null) === active) return;
    if (!active && (await isLastAdministrator(tx, user)))
      refuse('mutability', 'The last administrator cannot be deactivated. Make another one in Stroma first.');
    await updatePerson(tx, directory.tenantId, id, { disabledAt: active ? null : new Date() });
    if (!active) await this.#parts.endSessions(tx, id, 'deactivated by a directory');
    await tellAccessChange(tx, { tenant: directory.tenantId, user: id });
    await this.#parts.audit.record(tx, ctx, {
      action: active ? 'account.enabled' : 'scim.deprovisioned',
      object: { kind: 'user', id },
      outcome: 'success',
      before: { active: !active },
      after: { active },
      details: { directory: directory.id },
    });
  }

  async #find(db: Sql, directory: DirectoryRow, id: string): Promise<PushedUser> {
    const [found] = await findPushedUsers(db, directory.id, { id });
    return found ?? fail('NOT_FOUND', `This directory has pushed no user ${id}.`);
  }

  async #requireFreeName(
    tx: Sql,
    directory: DirectoryRow,
    userName: string,
    but: string | null,
  ): Promise<void> {
    const [other] = await findPushedUsers(tx, directory.id, { userNameKey: userName.toLowerCase() });
    if (other !== undefined && other.user.id !== but)
      refuse('uniqueness', `There is a user with the userName ${userName} already.`);
  }
}

async function requireReached(tx: Sql, directory: DirectoryRow, userId: string): Promise<void> {
  const reason = await accountBeyondConfigurer(tx, directory, userId);
  if (reason !== null)
    refuse(
      'mutability',
      `This directory does not reach the account. ${reason} A super administrator can save the directory anew.`,
    );
}

async function requireGivenRole(tx: Sql, directory: DirectoryRow, role: string): Promise<void> {
  const definition = await findRole(tx, directory.tenantId, role);
  const reason = definition === null ? null : await excessOverConfigurer(tx, directory, definition);
  if (reason !== null) refuse('mutability', `This directory cannot give the role ${role}. ${reason}`);
}

const taken = (email: string): never =>
  refuse('uniqueness', `The address ${email} belongs to another account.`);

function fieldsOf(input: ScimUserInput) {
  const attributes: PushedAttributes = {
    displayName: input.displayName ?? null,
    name: input.name ?? null,
    emails: input.emails ?? [],
  };
  return {
    userName: input.userName,
    userNameKey: input.userName.toLowerCase(),
    externalId: input.externalId ?? null,
    attributes,
  };
}

/** The primary address, else the first, else the userName; of a domain that the directory may speak for. */
function readEmail(directory: DirectoryRow, { emails, userName }: ScimUserInput): string {
  const chosen = emails?.find(({ primary }) => primary === true) ?? emails?.[0];
  const email = (chosen?.value ?? userName).trim().toLowerCase();
  if (!/^[^\s@]+@[^\s@]+$/.test(email))
    refuse('invalidValue', `Expected an e-mail address in emails or as userName, given ${email || 'none'}.`);
  if (!directory.domains.includes(domainOf(email)))
    refuse(
      'invalidValue',
      `This directory may push addresses of ${directory.domains.join(', ')}, not ${email}.`,
    );
  return email;
}

function nameOf({ displayName, name }: ScimUserInput, email: string): string {
  const parts = [name?.givenName, name?.familyName].filter(
    (part) => part !== null && part !== undefined && part !== '',
  );
  return displayName || name?.formatted || parts.join(' ') || email;
}

/** A filter for one user by name or id is asked for at every push; it need not look at all. */
function hintOf(filter: Filter | null): UserHint {
  if (filter?.kind === 'and') return { ...hintOf(filter.left), ...hintOf(filter.right) };
  if (filter?.kind !== 'compare' || filter.operator !== 'eq' || typeof filter.value !== 'string') return {};
  const name = filter.path.sub === null ? filter.path.name.toLowerCase() : '';
  if (name === 'username') return { userNameKey: filter.value.toLowerCase() };
  return name === 'id' ? { id: filter.value } : {};
}
