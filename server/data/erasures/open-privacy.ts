import type { SqlSandbox } from '@stroma/lake';
import type { FastifyInstance } from 'fastify';
import type { Access } from '../../access/index.ts';
import type { Platform } from '../../platform/platform.ts';
import type { LakeDocuments } from '../datasets/lake-documents.ts';
import { PersonSearches } from '../persons/person-searches.service.ts';
import { personRoutes } from '../persons/persons.routes.ts';
import { Persons } from '../persons/persons.service.ts';
import { subjectRequestRoutes } from '../subject-requests/subject-requests.routes.ts';
import { SubjectRequests } from '../subject-requests/subject-requests.service.ts';
import type { DerivedHolder } from './derived-holders.ts';
import { derivedQueries } from './derived-queries.ts';
import { ErasedCaches } from './erased-caches.ts';
import { erasureRoutes } from './erasures.routes.ts';
import { Erasures } from './erasures.service.ts';

export type PrivacyAccess = Pick<
  Access,
  'audit' | 'consents' | 'members' | 'retention' | 'certifier' | 'prove'
>;

export interface PrivacyWalls {
  platform: Platform;
  access: PrivacyAccess;
  documents: LakeDocuments;
  sandbox: () => SqlSandbox;
  /** Lets go of everything that this process holds of datasets in memory. */
  clear: () => void;
}

/** What persons may ask of who holds data on them: to be found, told, and erased. */
export function openPrivacy({ platform, access, documents, sandbox, clear }: PrivacyWalls) {
  const { audit } = access;
  const holders: DerivedHolder[] = [derivedQueries(platform.db)];
  const caches = new ErasedCaches(platform, clear);
  const tools = { ...access, platform, objects: platform.objects, documents, sandbox, caches, holders };
  const searches = new PersonSearches(tools, audit);
  const requests = new SubjectRequests(platform, audit);
  const erasures = new Erasures({ ...tools, requests, searches });
  platform.jobs.register(searches.job());
  platform.jobs.register(erasures.job());
  return {
    /** A module makes known what it holds that was worked out from dataset versions. */
    knowDerived(holder: DerivedHolder): void {
      if (holders.some(({ prefix }) => prefix === holder.prefix))
        throw new Error(`what begins with ${holder.prefix} is known already`);
      holders.push(holder);
    },
    register(app: FastifyInstance): void {
      app.addHook('onReady', () => caches.start(platform.log));
      personRoutes(app, new Persons(platform, audit), searches);
      subjectRequestRoutes(app, { ...tools, requests, searches });
      erasureRoutes(app, erasures, access.prove);
    },
    close: () => caches.stop(),
  };
}
