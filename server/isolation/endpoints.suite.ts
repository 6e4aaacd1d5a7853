import { api, type Endpoint, scimApi } from '@stroma/contracts';

/** Every address of the contract; what directories speak to is spoken as SCIM says, and stands by itself. */
export const endpoints: readonly Endpoint[] = [...Object.values(api), scimApi].flatMap(
  (group) => Object.values(group) as Endpoint[],
);

export const isScim = ({ path }: Pick<Endpoint, 'path'>): boolean => path.startsWith('/scim/');

export const nameOf = ({ method, path }: Endpoint): string => `${method} ${path}`;
