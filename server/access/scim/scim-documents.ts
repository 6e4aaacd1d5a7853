import { scimSchemas } from '@stroma/contracts';
import type { PushedGroup, PushedUser } from './scim.store.ts';

export type ScimResource = Record<string, unknown>;

const meta = (resourceType: string, location: string, created: Date, lastModified: Date) => ({
  resourceType,
  created: created.toISOString(),
  lastModified: lastModified.toISOString(),
  location,
});

/** Leaves out what is empty, as the protocol has it. */
const given = (fields: ScimResource): ScimResource =>
  Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) => value !== null && value !== undefined && !isEmptyList(value),
    ),
  );

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

export function userDocument({ pushed, user, groups }: PushedUser, base: string): ScimResource {
  const { displayName, name, emails } = pushed.attributes;
  return given({
    schemas: [scimSchemas.user],
    id: user.id,
    externalId: pushed.externalId,
    userName: pushed.userName,
    displayName: displayName ?? user.name,
    name,
    emails: emails.length > 0 ? emails : [{ value: user.email, type: 'work', primary: true }],
    active: user.disabledAt === null,
    groups: groups.map(({ id, displayName: display }) => ({
      value: id,
      display,
      $ref: `${base}/Groups/${id}`,
    })),
    meta: meta('User', `${base}/Users/${user.id}`, pushed.createdAt, pushed.updatedAt),
  });
}

export function groupDocument({ group, members }: PushedGroup, base: string): ScimResource {
  return given({
    schemas: [scimSchemas.group],
    id: group.id,
    externalId: group.externalId,
    displayName: group.displayName,
    members: members.map(({ id, name }) => ({
      value: id,
      display: name,
      type: 'User',
      $ref: `${base}/Users/${id}`,
    })),
    meta: meta('Group', `${base}/Groups/${group.id}`, group.createdAt, group.updatedAt),
  });
}

/** `attributes` and `excludedAttributes` of a request; what every resource must have stays. RFC 7644, 3.4.2.5. */
export function shaped(
  resource: ScimResource,
  {
    attributes,
    excludedAttributes,
  }: { attributes?: string | undefined; excludedAttributes?: string | undefined },
): ScimResource {
  const names = (text: string) =>
    new Set(
      text.split(',').map((each) =>
        each
          .trim()
          .replace(/^urn:[a-z0-9:.-]*:(?=[a-z])/i, '')
          .replace(/\..*$/, '')
          .toLowerCase(),
      ),
    );
  const keep = attributes === undefined ? null : names(attributes);
  const drop = excludedAttributes === undefined ? null : names(excludedAttributes);
  return Object.fromEntries(
    Object.entries(resource).filter(([key]) => {
      const name = key.toLowerCase();
      if (name === 'id' || name === 'schemas') return true;
      return (keep === null || keep.has(name)) && !drop?.has(name);
    }),
  );
}

export function listDocument(
  all: readonly ScimResource[],
  { startIndex = 1, count = 100 }: { startIndex?: number | undefined; count?: number | undefined },
): ScimResource {
  const start = Math.max(1, startIndex);
  const most = Math.min(200, Math.max(0, count));
  const page = all.slice(start - 1, start - 1 + most);
  return {
    schemas: [scimSchemas.list],
    totalResults: all.length,
    startIndex: start,
    itemsPerPage: page.length,
    Resources: page,
  };
}
