import {
  api,
  type Endpoint,
  mlflowApi,
  mlflowPath,
  openInferenceApi,
  openInferencePath,
  scimApi,
} from '@stroma/contracts';

/** Every address of the contract; what directories and clients of MLflow and of models speak to stands by itself. */
export const endpoints: readonly Endpoint[] = [
  ...Object.values(api),
  scimApi,
  mlflowApi,
  openInferenceApi,
].flatMap((group) => Object.values(group) as Endpoint[]);

/** Protocols ask for what is not known to be passed over. */
export const isProtocol = ({ path }: Pick<Endpoint, 'path'>): boolean =>
  path.startsWith('/scim/') || path.startsWith(mlflowPath) || path.startsWith(openInferencePath);

export const nameOf = ({ method, path }: Endpoint): string => `${method} ${path}`;
