import type { SqlSandbox } from '@stroma/lake';
import type { FastifyInstance } from 'fastify';
import type { Access } from '../../access/index.ts';
import type { Platform } from '../../platform/platform.ts';
import type { SearchTools } from '../persons/person-search.ts';
import { PersonSearches } from '../persons/person-searches.service.ts';
import { personRoutes } from '../persons/persons.routes.ts';
import { Persons } from '../persons/persons.service.ts';
import { subjectRequestRoutes } from '../subject-requests/subject-requests.routes.ts';
import { SubjectRequests } from '../subject-requests/subject-requests.service.ts';

export interface PrivacyWalls {
  platform: Platform;
  access: Pick<Access, 'audit' | 'consents'>;
  sandbox: () => SqlSandbox;
}

/** What persons may ask of who holds data on them: to be found, told, and erased. */
export function openPrivacy({ platform, access, sandbox }: PrivacyWalls) {
  const { audit, consents } = access;
  const tools: SearchTools = { platform, objects: platform.objects, sandbox, consents };
  const searches = new PersonSearches(tools, audit);
  const requests = new SubjectRequests(platform, audit);
  platform.jobs.register(searches.job());
  return {
    register(app: FastifyInstance): void {
      personRoutes(app, new Persons(platform, audit), searches);
      subjectRequestRoutes(app, { ...tools, audit, requests, searches });
    },
  };
}
