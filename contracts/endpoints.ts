import type { ZodType } from 'zod';
import type { ErrorCode } from './errors.ts';
import type { Permission } from './permissions.ts';

/**
 * One address of the API. Server, client and OpenAPI document are all made from these, so they cannot drift.
 * `permission` is checked before the handler runs: `public` needs no identity, `signed-in` any.
 */
export interface Endpoint {
  /** Unique, the OpenAPI operationId: `listDatasets`. */
  id: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: `/${string}`;
  tag: string;
  summary: string;
  description?: string;
  permission: Permission | 'public' | 'signed-in';
  /**
   * What it counts as, beside one request: a query of the hour, or a try to prove who one is. Absent: a public POST
   * below `/auth/` is such a try, anything else neither.
   */
  rate?: 'query' | 'authentication' | 'request';
  /** Uses up a token that works once, as an invitation: succeeding is proof enough, and no try at guessing. */
  spendsToken?: true;
  /** Takes what another site's page posts in a signed-in browser, because it proves itself (a signed assertion). */
  crossSite?: true;
  /** `root`: the path stands by itself and not below `/api/v1`. */
  at?: 'root';
  params?: ZodType;
  query?: ZodType;
  body?: ZodType;
  /** Media type of a body or an answer that is not JSON; the handler then works on the stream. */
  consumes?: string[];
  produces?: string;
  status: 200 | 201 | 202 | 204;
  response?: ZodType;
  errors?: ErrorCode[];
}

export const endpoint = <const E extends Endpoint>(definition: E): E => definition;
