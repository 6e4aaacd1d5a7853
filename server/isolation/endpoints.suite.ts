import { api, type Endpoint, mlflowApi, mlflowPath, scimApi } from '@stroma/contracts';

/** Every address of the contract; what directories and clients of MLflow speak to stands by itself. */
export const endpoints: readonly Endpoint[] = [...Object.values(api), scimApi, mlflowApi].flatMap(
  (group) => Object.values(group) as Endpoint[],
);

/** Both protocols ask for what is not known to be passed over. */
export const isProtocol = ({ path }: Pick<Endpoint, 'path'>): boolean =>
  path.startsWith('/scim/') || path.startsWith(mlflowPath);

export const nameOf = ({ method, path }: Endpoint): string => `${method} ${path}`;
