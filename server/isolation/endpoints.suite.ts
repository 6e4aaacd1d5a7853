import { api, type Endpoint } from '@stroma/contracts';

/** Every address of the contract. */
export const endpoints: readonly Endpoint[] = Object.values(api).flatMap(
  (group) => Object.values(group) as Endpoint[],
);

export const nameOf = ({ method, path }: Endpoint): string => `${method} ${path}`;
