import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { createAccess, type FirstStart } from './access/index.ts';
import { createData, type Data } from './data/index.ts';
import { createModels } from './models/index.ts';
import { type Operations, openOperations } from './platform/backup/operations.ts';
import { type Config, secretKeys } from './platform/config/config.ts';
import type { LoadedConfig } from './platform/config/read-config.ts';
import { acrossTenants } from './platform/db/tenant-scope.ts';
import { streamRoutes } from './platform/events/streams.routes.ts';
import { buildHttp } from './platform/http/build-http.ts';
import { type Health, registerHealth } from './platform/http/health.ts';
import type { Authenticate } from './platform/http/route.ts';
import { registerWebApp } from './platform/http/web-app.ts';
import { jobRoutes } from './platform/jobs/jobs.routes.ts';
import { openLog } from './platform/logging.ts';
import { mailRoutes } from './platform/mail/mail.routes.ts';
import { registerMetrics } from './platform/metrics/metrics.routes.ts';
import { countFellBehind, setStreamClients } from './platform/metrics/stream-metrics.ts';
import { monitoringRoutes } from './platform/monitoring/monitoring.routes.ts';
import { Monitoring } from './platform/monitoring/monitoring.ts';
import { openPlatform } from './platform/open-platform.ts';
import type { Platform } from './platform/platform.ts';
import { provenanceRoutes } from './platform/provenance/provenance.routes.ts';
import { systemRoutes } from './platform/system.routes.ts';
import { systemContext } from './platform/system-actor.ts';
import { traceRequests } from './platform/tracing/traced-walls.ts';
import { createWorkspaces } from './workspaces/index.ts';

const webFolder = resolve(import.meta.dirname, '../apps/web/dist');
const { version } = manifestOf(import.meta.resolve('./package.json'));
const duckdb = manifestOf(import.meta.resolve('@stroma/lake')).dependencies['@duckdb/node-api'] ?? '';

export interface AppOptions {
  /** Where each value came from; only shown. */
  sources?: LoadedConfig['sources'];
  log?: Logger;
  /** Holds every answer against its schema; for tests. */
  checkAnswers?: boolean;
}

export interface App {
  platform: Platform;
  /** How it stands, and what failed. */
  monitoring: Monitoring;
  http: FastifyInstance;
  /** Keys and backups, by command. */
  operations: Operations;
  /** Who is connected to boards, and what is held for them. */
  live: Pick<Data['live'], 'held'>;
  start(): Promise<Started>;
  stop(): Promise<void>;
}

export interface Started {
  /** Null for a worker, which listens to nobody. */
  url: string | null;
  administrator: FirstStart['administrator'];
}

/** What a module gives the house: its addresses, and what to wait for when it is left. */
interface Module {
  readonly name: string;
  register(app: FastifyInstance): void;
  close?(): Promise<void>;
}

/** The one place that knows every module: opens the walls, puts the modules in, starts and stops them. */
export async function createApp(config: Config, options: AppOptions = {}): Promise<App> {
  const log = options.log ?? openLog(config);
  const platform = await openPlatform(config, log, version);
  const access = await createAccess(platform);
  const operations = openOperations(
    platform,
    (tx, who, entry) => access.audit.record(tx, who ?? systemContext(log), entry),
    version,
    access.auditCommands,
  );
  const monitoring = new Monitoring(platform, {
    version,
    record: (tx, who, entry) => access.audit.record(tx, who ?? systemContext(log), entry),
    keepers: () => access.installationKeepers(),
    namesOf: (ids) => access.namesOfUsers(ids),
    traceId: () => platform.tracing.traceId(),
  });
  platform.jobs.recordWith((tx, ctx, action, { id, kind }) =>
    access.audit.record(tx, ctx, {
      action,
      object: { kind: 'job', id },
      outcome: 'success',
      details: { kind },
    }),
  );
  const data = createData(platform, access);
  access.signatures.register(data.signableVersion);
  for (const [kind, sizeOf] of Object.entries(data.sizes)) monitoring.storage.know(kind, sizeOf);
  const models = createModels(platform, access, data);
  for (const [kind, sizeOf] of Object.entries(models.sizes)) monitoring.storage.know(kind, sizeOf);
  const workspaces = createWorkspaces(platform, access, data);
  const modules: Module[] = [access, data, models, workspaces];
  const authenticate: Authenticate = (request) =>
    acrossTenants('whose request it is, is only known afterwards', () => access.authenticate(request));
  const answers = config.STROMA_ROLE !== 'worker';
  const works = config.STROMA_ROLE !== 'api';

  const http = await buildHttp({
    config,
    log,
    cache: platform.cache,
    authenticate,
    onLimited: access.limited,
    version,
    checkAnswers: options.checkAnswers ?? false,
  });
  traceRequests(http, platform.tracing);
  const health = registerHealth(http);
  addChecks(health, platform);
  const measured = answers || config.STROMA_WORKER_METRICS_PORT !== undefined;
  if (measured)
    registerMetrics(http, {
      token: config.STROMA_METRICS_TOKEN,
      database: platform.db,
      cache: platform.cache,
    });
  if (answers) {
    streamRoutes(http, platform.events, authenticate, {
      onCount: setStreamClients,
      onLetGo: () => countFellBehind('sse', 'let_go'),
      hears: async (who, event) => (await data.hears(who, event)) && models.hears(who, event),
      topics: data.topics,
    });
    jobRoutes(http, platform.jobs);
    mailRoutes(http, platform.mail, access.mayOpenMailOf, (ctx, to) =>
      access.audit.append(ctx, {
        action: 'mail.read',
        object: null,
        outcome: 'success',
        after: to,
        details: { messages: to.length },
      }),
    );
    provenanceRoutes(http, platform.provenance, () => data.settled());
    const sources = options.sources ?? ({} as LoadedConfig['sources']);
    systemRoutes(http, platform, { config, sources }, { version, duckdb });
    monitoringRoutes(http, monitoring);
    health.add('lake', () => data.ping());
    operations.register(http);
    for (const module of modules) module.register(http);
    await registerWebApp(http, webFolder);
  }

  return {
    platform,
    monitoring,
    http,
    operations,
    live: data.live,
    async start() {
      await platform.events.start();
      const { administrator, tenantId } = await access.prepare();
      // After there is somebody who can be told.
      await monitoring.start();
      await (works ? platform.jobs.start() : platform.jobs.open());
      if (works) await platform.sealed.begin(systemContext(log), platform.jobs);
      if (!answers) {
        const { STROMA_WORKER_METRICS_PORT: port, STROMA_WORKER_METRICS_HOST: host } = config;
        if (port !== undefined) await http.listen({ port, host });
        return { url: null, administrator };
      }
      await operations.start();
      await access.audit.append(systemContext(log), {
        action: 'system.started',
        object: null,
        outcome: 'success',
        details: { version, node: process.version, settings_sha256: settingsHash(config) },
      });
      await http.listen({ port: config.PORT, host: config.HOST });
      data.loadSamples(systemContext(log, tenantId)).catch((error) => {
        log.error({ err: error }, 'the sample workspace could not be loaded');
      });
      workspaces.begin(systemContext(log, tenantId)).catch((error) => {
        log.error({ err: error }, 'the sample dashboard could not be made');
      });
      return { url: urlOf(http, config.STROMA_TLS_CERT === undefined ? 'http' : 'https'), administrator };
    },
    async stop() {
      await operations.close();
      await Promise.all([closeHttp(http), platform.jobs.stop()]);
      for (const module of modules.toReversed()) await module.close?.();
      await monitoring.close();
      await platform.close();
    },
  };
}

/** Which settings were in force, without saying one. */
function settingsHash(config: Config): string {
  const shown = Object.entries(config).filter(([key]) => !(secretKeys as ReadonlySet<string>).has(key));
  return hash('sha256', JSON.stringify(shown.sort(([a], [b]) => (a < b ? -1 : 1))));
}

function addChecks(health: Health, { db, jobs, objects, cache }: Platform): void {
  health.add('store', () => db.ping());
  health.add('queue', () => jobs.ping());
  health.add('objects', () => objects.ping());
  health.add('cache', () => cache.ping());
}

/** Requests under way get three seconds to end. */
async function closeHttp(http: FastifyInstance): Promise<void> {
  const idle = setInterval(() => http.server.closeIdleConnections(), 100);
  const all = setTimeout(() => http.server.closeAllConnections(), 3_000);
  await http.close();
  clearInterval(idle);
  clearTimeout(all);
}

function urlOf(http: FastifyInstance, scheme: string): string {
  const address = http.server.address();
  if (address === null || typeof address === 'string') return String(address);
  const host = ['127.0.0.1', '::1', '0.0.0.0', '::'].includes(address.address)
    ? 'localhost'
    : address.family === 'IPv6'
      ? `[${address.address}]`
      : address.address;
  return `${scheme}://${host}:${address.port}`;
}

/** The package.json beside a file. */
function manifestOf(file: string): { version: string; dependencies: Record<string, string> } {
  return JSON.parse(readFileSync(new URL('package.json', file), 'utf8'));
}
