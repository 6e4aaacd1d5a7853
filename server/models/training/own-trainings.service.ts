import type { api } from '@stroma/contracts';
import type { z } from 'zod';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import type { ModelParts } from '../experiments/run-documents.ts';
import type { RegisteredModels } from '../registry/registered-models.service.ts';
import type { ModelFiles } from './model-files.ts';
import { type KnownVersion, type KnownVersions, requireRows, unseenRows } from './own-work.ts';
import { registeredBases } from './registered-bases.ts';
import type { NamedVersion, OwnAsk, TrainInput } from './training.input.ts';
import type { Trainings } from './training.service.ts';
import { tuningAsk } from './tuning-ask.ts';

type NetworkBody = z.output<typeof api.training.network.body>;
type EnsembleBody = z.output<typeof api.training.ensemble.body>;
type TransferBody = z.output<typeof api.training.transfer.body>;
type ImportBody = z.output<typeof api.training.import.body>;

const usual = { preset: 'balanced', learner: null, settings: {} } as const;
/** Of what is not held to a time. */
const limitSeconds = 1800;
const tunedSeconds = 600;

/** Networks, ensembles, transfer learning and imported files, as jobs. */
export class OwnTrainings {
  readonly #parts: ModelParts;
  readonly #trainings: Trainings;
  readonly #models: RegisteredModels;
  readonly #versions: KnownVersions;
  readonly files: ModelFiles;

  constructor(
    parts: ModelParts,
    trainings: Trainings,
    models: RegisteredModels,
    versions: KnownVersions,
    files: ModelFiles,
  ) {
    this.#parts = parts;
    this.#trainings = trainings;
    this.#models = models;
    this.#versions = versions;
    this.files = files;
  }

  /** What may be learned on from: beside the server, and in the registry. */
  async bases(ctx: Context) {
    const versions = await registeredBases(this.#parts, this.#models, this.#versions, ctx);
    return { ...(await this.files.bases(ctx)), versions };
  }

  network(ctx: Context, body: NetworkBody) {
    const {
      dataset_id,
      version_id,
      target,
      leave_out,
      problem_type,
      metric,
      name,
      seed,
      time_limit_s,
      ...options
    } = body;
    if (options.heads !== undefined && options.width !== undefined && options.width % options.heads !== 0)
      fail(
        'INVALID_INPUT',
        `"width" must be a multiple of "heads"; ${options.width} and ${options.heads} were given.`,
        {
          field: 'width',
        },
      );
    const own: OwnAsk = { kind: 'network', options };
    return this.#trainings.start(ctx, 'network', body, { ...usual, time_limit_s, own });
  }

  async ensemble(ctx: Context, body: EnsembleBody) {
    const { method, dataset_id, version_id } = body;
    const given = body.members.filter(({ weight }) => weight !== undefined).length;
    if (given > 0 && given < body.members.length)
      fail('INVALID_INPUT', 'Weights of all members were expected, or of none.', { field: 'members' });
    const found: { version: KnownVersion; target: string; labels: readonly string[] }[] = [];
    for (const { model_id, version: wanted } of body.members) {
      const version = await this.#versions.find(ctx, model_id, wanted, 'tell');
      const { target, labels } = await this.#versions.evaluation(ctx, version);
      found.push({ version, target, labels });
    }
    const [first] = found;
    if (first === undefined) throw new Error('the contract asks for two members');
    const other = found.find(
      ({ target, labels }) =>
        target !== first.target || [...labels].sort().join('\n') !== [...first.labels].sort().join('\n'),
    );
    if (other !== undefined)
      fail(
        'UNPROCESSABLE',
        `Members that predict the same were expected; ${shown(first)} and ${shown(other)} were given.`,
        { field: 'members' },
      );
    if (method === 'vote' && first.labels.length === 0)
      fail('UNPROCESSABLE', 'Members vote for classes; these predict numbers. Take their average.', {
        field: 'method',
      });
    const versions = new Set(found.map(({ version }) => version.version.id));
    if (versions.size < found.length)
      fail('INVALID_INPUT', 'Different versions were expected; one is there twice.', { field: 'members' });
    const own: Extract<OwnAsk, { kind: 'ensemble' }> = {
      kind: 'ensemble',
      method,
      members: body.members.map(({ weight = null }, at) => ({
        ...namedOf((found[at] as (typeof found)[number]).version),
        weight,
      })),
    };
    const table = await this.#parts.data.openTable(ctx, dataset_id, version_id);
    requireRows(own, await unseenRows(this.#versions, ctx, found, table));
    return this.#start(ctx, 'ensemble', { ...body, target: first.target }, own);
  }

  async transfer(ctx: Context, body: TransferBody) {
    const { base, layer = null } = body;
    const tuning = tuningAsk(body);
    const found = 'name' in base ? null : await this.#versions.find(ctx, base.model_id, base.version, 'tell');
    if (tuning !== null && (found === null || found.trained.kind === 'imported'))
      fail(
        'UNPROCESSABLE',
        `The base is an ONNX file of others and stays frozen: only networks that were trained here can be learned on by "${tuning.mode}". Take the mode "frozen", or a network of the registry.`,
        { field: 'mode' },
      );
    const takes = found === null ? [] : (await this.#versions.evaluation(ctx, found)).signature;
    if (takes.some(({ name }) => name === body.target))
      fail(
        'INVALID_INPUT',
        `The base takes "${body.target}" as a column, and would be told what it is to predict. Choose another target or another base.`,
        { field: 'target', column: body.target },
      );
    const known = found === null ? { name: 'name' in base ? base.name : '' } : namedOf(found);
    const own: OwnAsk = { kind: 'transfer', base: known, layer, tuning };
    const seconds = tuning === null ? limitSeconds : (body.time_limit_s ?? tunedSeconds);
    return this.#start(ctx, 'transfer', body, own, { seconds });
  }

  async import(ctx: Context, body: ImportBody) {
    const { file_id, columns = null, classes = null, output = null, scores = null } = body;
    const { description, licence = null, source = null } = body;
    await this.files.require(ctx, file_id);
    const own: OwnAsk = {
      kind: 'imported',
      ...{ file_id, columns, classes, output, scores, description, licence, source },
    };
    return this.#start(ctx, 'imported', { ...body, seed: 1 }, own, { hasTarget: false });
  }

  #start(
    ctx: Context,
    kind: TrainInput['kind'],
    body: Pick<NetworkBody, 'dataset_id' | 'target' | 'seed'> &
      Partial<Pick<NetworkBody, 'version_id' | 'leave_out' | 'problem_type' | 'metric' | 'name'>>,
    own: OwnAsk,
    { hasTarget = true, seconds = limitSeconds }: { hasTarget?: boolean; seconds?: number } = {},
  ) {
    return this.#trainings.start(
      ctx,
      kind,
      { ...body, leave_out: body.leave_out ?? [] },
      { ...usual, time_limit_s: seconds, own },
      hasTarget,
    );
  }
}

const namedOf = ({ model, version }: KnownVersion): NamedVersion => ({
  model_id: model.id,
  number: version.number,
  version_id: version.id,
  label: `${model.name} ${version.number}`,
});

const shown = ({
  version,
  target,
  labels,
}: {
  version: KnownVersion;
  target: string;
  labels: readonly string[];
}) =>
  `"${namedOf(version).label}" predicts "${target}" (${labels.length === 0 ? 'numbers' : labels.slice(0, 8).join(', ')})`;
