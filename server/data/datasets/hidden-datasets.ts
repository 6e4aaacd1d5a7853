import { type CloudEvent, hidesExistence, type ProvenanceGraph } from '@stroma/contracts';
import type { Resources } from '../../access/index.ts';
import type { Context } from '../../platform/context.ts';
import { withinTenant } from '../../platform/db/tenant-scope.ts';
import { fail } from '../../platform/failure.ts';
import type { ConcernedJob } from '../../platform/jobs/job-types.ts';
import type { Platform } from '../../platform/platform.ts';
import type { DatasetVisibility } from './dataset-visibility.ts';
import type { DatasetRow } from './datasets.store.ts';
import {
  datasetsOfUploads,
  findEvenDeletedDatasets,
  findEvenDeletedVersions,
} from './hidden-datasets.store.ts';
import { isLetGo } from './version-parts.ts';

type Asker = Pick<Context, 'actor' | 'purpose'>;
type Node = ProvenanceGraph['nodes'][number];

/** Keeps what is told beside datasets (jobs, uploads, provenance) from telling of those the asker must not know of. */
export class HiddenDatasets {
  readonly #db: Platform['db'];
  readonly #resources: Resources;
  readonly #visibility: DatasetVisibility;
  readonly #about = new WeakMap<CloudEvent, Promise<DatasetRow | undefined>>();

  constructor({ db }: Pick<Platform, 'db'>, resources: Resources, visibility: DatasetVisibility) {
    this.#db = db;
    this.#resources = resources;
    this.#visibility = visibility;
  }

  async mayRead(ctx: Context, dataset: DatasetRow): Promise<boolean> {
    return (await this.#decide(ctx, dataset)).allowed;
  }

  async #one(tenantId: string, id: string): Promise<DatasetRow | undefined> {
    return (await findEvenDeletedDatasets(this.#db.sql, tenantId, [id]))[0];
  }

  async #hides(ctx: Asker, dataset: DatasetRow): Promise<boolean> {
    return hidesExistence(await this.#decide(ctx, dataset));
  }

  #decide({ actor, purpose }: Asker, { id, createdBy, sensitivity }: DatasetRow) {
    return this.#resources.decide(actor, 'datasets:read', { id, ownerId: createdBy, sensitivity }, purpose);
  }

  /** Whether an event is of no such dataset. */
  async hears(who: Asker, event: CloudEvent): Promise<boolean> {
    const { dataset_id: id } = event.data;
    if (typeof id !== 'string') return true;
    return withinTenant(event.tenantid, async () => {
      const known = this.#about.get(event) ?? this.#one(event.tenantid, id);
      this.#about.set(event, known);
      const dataset = await known;
      return dataset === undefined || !(await this.#hides(who, dataset));
    });
  }

  /** Ids of the jobs that are about such datasets. */
  async ofJobs(ctx: Context, jobs: readonly ConcernedJob[]): Promise<Set<string>> {
    const { tenantId } = ctx.actor;
    const uploads = await datasetsOfUploads(this.#db.sql, tenantId, jobs.flatMap(uploadOf));
    const about = new Map(
      jobs.map((job) => {
        const read = uploads.filter(({ uploadId }) => uploadOf(job).includes(uploadId));
        return [job.id, [...namedBy(job), ...read.map(({ datasetId }) => datasetId)]] as const;
      }),
    );
    const hidden = await this.#among(ctx, [...about.values()].flat());
    return new Set([...about].flatMap(([id, ids]) => (ids.some((each) => hidden.has(each)) ? [id] : [])));
  }

  /** Ids of the uploads that became such datasets. */
  async ofUploads(ctx: Context, uploadIds: readonly string[]): Promise<Set<string>> {
    const became = await datasetsOfUploads(this.#db.sql, ctx.actor.tenantId, uploadIds);
    const hidden = await this.#among(
      ctx,
      became.map(({ datasetId }) => datasetId),
    );
    return new Set(became.flatMap(({ uploadId, datasetId }) => (hidden.has(datasetId) ? [uploadId] : [])));
  }

  /**
   * The graph with what leads through such datasets blanked, and without the reasons of how a file was read where the
   * asker sees a part of what came of it: they quote values. Throws NOT_FOUND where the root itself is hidden.
   */
  async ofGraph(ctx: Context, graph: ProvenanceGraph): Promise<ProvenanceGraph> {
    const { hidden, partly, gone } = await this.#versionsOf(ctx, graph);
    if (hidden.size === 0 && partly.size === 0 && gone.size === 0) return graph;
    const blank = withWhatLedThere(graph, hidden);
    if (blank.has(graph.root))
      fail('NOT_FOUND', `Nothing is recorded about "${graph.root}".`, { id: graph.root });
    const made = makersOf(graph, partly);
    const nodes = graph.nodes.map((node) => {
      if (blank.has(node.id)) return withheld(node);
      if (gone.has(node.id)) return { ...node, label: `${node.label} (its rows were let go of)` };
      return made.has(node.id) ? { ...node, parameters: {} } : node;
    });
    return { ...graph, nodes };
  }

  async #among(ctx: Context, ids: readonly string[]): Promise<Set<string>> {
    const rows = await findEvenDeletedDatasets(this.#db.sql, ctx.actor.tenantId, [...new Set(ids)]);
    const hidden = new Set<string>();
    for (const row of rows) if (await this.#hides(ctx, row)) hidden.add(row.id);
    return hidden;
  }

  async #versionsOf(ctx: Context, { nodes }: ProvenanceGraph) {
    const ids = nodes.flatMap(({ id, kind }) => (kind === 'dataset_version' ? [id] : []));
    const hidden = new Set<string>();
    const partly = new Set<string>();
    const gone = new Set<string>();
    for (const found of await findEvenDeletedVersions(this.#db.sql, ctx.actor.tenantId, ids)) {
      if (isLetGo(found.version)) gone.add(found.version.id);
      if (await this.#hides(ctx, found.dataset)) hidden.add(found.version.id);
      else if ((await this.#visibility.restrictionOf(ctx, found)) !== null) partly.add(found.version.id);
    }
    return { hidden, partly, gone };
  }
}

const texts = (values: readonly unknown[]): string[] =>
  values.filter((value): value is string => typeof value === 'string');

const uploadOf = ({ input }: ConcernedJob): string[] => texts([input.upload_id]);
const namedBy = ({ input, result }: ConcernedJob): string[] => texts([input.dataset_id, result?.dataset_id]);

const withheld = (node: Node): Node => ({
  ...node,
  label: 'Withheld',
  parameters: {},
  content_sha256: null,
  seed: null,
  link: null,
});

/** Activities that made these. */
const makersOf = ({ edges }: ProvenanceGraph, ids: ReadonlySet<string>): Set<string> =>
  new Set(
    edges.flatMap(({ from, relation, to }) => (relation === 'was_generated_by' && ids.has(from) ? [to] : [])),
  );

/** Hidden versions, what made them and of which files, and what was asked of them with its answers. */
function withWhatLedThere({ nodes, edges }: ProvenanceGraph, hidden: ReadonlySet<string>): Set<string> {
  const kinds = new Map(nodes.map(({ id, kind }) => [id, kind]));
  const makers = makersOf({ edges } as ProvenanceGraph, hidden);
  const blank = new Set([...hidden, ...makers]);
  for (const { from, relation, to } of edges) {
    if (relation !== 'used') continue;
    if (makers.has(from) && kinds.get(to) === 'raw_file') blank.add(to);
    if (hidden.has(to) && ['query', 'question'].includes(kinds.get(from) ?? '')) blank.add(from);
  }
  for (const { from, relation, to } of edges)
    if (relation === 'was_generated_by' && blank.has(to) && kinds.get(from) === 'answer') blank.add(from);
  return blank;
}
