import { scimSchemas } from '@stroma/contracts';
import type { ScimResource } from './scim-documents.ts';

/** RFC 7643, section 5. */
export const configDocument = (base: string): ScimResource => ({
  schemas: [scimSchemas.config],
  documentationUri: 'https://www.rfc-editor.org/rfc/rfc7644',
  patch: { supported: true },
  bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
  filter: { supported: true, maxResults: 200 },
  changePassword: { supported: false },
  sort: { supported: false },
  etag: { supported: false },
  authenticationSchemes: [
    {
      type: 'oauthbearertoken',
      name: 'Bearer token',
      description: 'The token of the directory, made in Admin > Single sign-on',
      primary: true,
    },
  ],
  meta: { resourceType: 'ServiceProviderConfig', location: `${base}/ServiceProviderConfig` },
});

export const resourceTypes = (base: string): ScimResource[] =>
  [
    { id: 'User', endpoint: '/Users', schema: scimSchemas.user },
    { id: 'Group', endpoint: '/Groups', schema: scimSchemas.group },
  ].map(({ id, endpoint, schema }) => ({
    schemas: [scimSchemas.resourceType],
    id,
    name: id,
    endpoint,
    schema,
    meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/${id}` },
  }));

const attribute = (name: string, part: ScimResource = {}): ScimResource => ({
  name,
  type: 'string',
  multiValued: false,
  required: false,
  caseExact: false,
  mutability: 'readWrite',
  returned: 'default',
  uniqueness: 'none',
  ...part,
});

const readOnly = { mutability: 'readOnly' };

/** RFC 7643, section 7: exactly what is kept of a user and of a group. */
export const schemaDocuments = (base: string): ScimResource[] =>
  [
    {
      id: scimSchemas.user,
      name: 'User',
      description: 'A person',
      attributes: [
        attribute('userName', { required: true, uniqueness: 'server' }),
        attribute('displayName'),
        attribute('name', {
          type: 'complex',
          subAttributes: ['formatted', 'givenName', 'familyName'].map((name) => attribute(name)),
        }),
        attribute('emails', {
          type: 'complex',
          multiValued: true,
          subAttributes: [attribute('value'), attribute('type'), attribute('primary', { type: 'boolean' })],
        }),
        attribute('active', { type: 'boolean' }),
        attribute('groups', {
          type: 'complex',
          multiValued: true,
          ...readOnly,
          subAttributes: [attribute('value', readOnly), attribute('display', readOnly)],
        }),
      ],
    },
    {
      id: scimSchemas.group,
      name: 'Group',
      description: 'A group, which a mapping may give a role',
      attributes: [
        attribute('displayName', { required: true }),
        attribute('members', {
          type: 'complex',
          multiValued: true,
          subAttributes: [
            attribute('value', { mutability: 'immutable' }),
            attribute('display', readOnly),
            attribute('type', { mutability: 'immutable', canonicalValues: ['User'] }),
          ],
        }),
      ],
    },
  ].map((each) => ({
    schemas: [scimSchemas.schema],
    ...each,
    meta: { resourceType: 'Schema', location: `${base}/Schemas/${each.id}` },
  }));
