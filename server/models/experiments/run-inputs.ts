import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import type { ModelParts } from './run-documents.ts';
import type { InputRow } from './runs.store.ts';

export type NewInput = Omit<InputRow, 'tenantId' | 'runId'>;

/** Data as a client of MLflow describes it. */
export interface GivenInput {
  name: string;
  digest: string;
  sourceType: string;
  source: string;
  schema: string | null;
  profile: string | null;
  tags: Record<string, string>;
}

interface VersionContent {
  version_id: string;
  dataset_id: string;
  content_sha256: string;
}

const versionId = /ver_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

/** Finds the dataset versions behind what a run read, with the hash of their content. */
export class RunInputs {
  readonly #data: ModelParts['data'];

  constructor({ data }: Pick<ModelParts, 'data'>) {
    this.#data = data;
  }

  /** Throws NOT_FOUND for a version that is not there, or that the asker may not see. */
  async ofVersions(ctx: Context, ids: readonly string[]): Promise<NewInput[]> {
    return Promise.all(
      [...new Set(ids)].map(async (id) => {
        const found =
          (await this.#find(ctx, id)) ??
          fail('NOT_FOUND', 'There is no such version of a dataset.', { version_id: id });
        const { content, label } = found;
        return {
          name: label,
          digest: content.content_sha256.slice(0, 36),
          sourceType: 'stroma',
          source: JSON.stringify({ dataset_id: content.dataset_id, version_id: content.version_id }),
          schema: null,
          profile: null,
          tags: { 'mlflow.data.context': 'training' },
          versionId: content.version_id,
          datasetId: content.dataset_id,
          contentSha256: content.content_sha256,
        };
      }),
    );
  }

  /** What names a version that is here, in its source, is that version; all else is data of elsewhere. */
  async ofClient(ctx: Context, given: readonly GivenInput[]): Promise<NewInput[]> {
    return Promise.all(
      given.map(async (input) => {
        const named = versionId.exec(input.source)?.[0];
        const found = named === undefined ? null : await this.#find(ctx, named);
        const { content } = found ?? { content: null };
        return {
          ...input,
          versionId: content?.version_id ?? null,
          datasetId: content?.dataset_id ?? null,
          contentSha256: content?.content_sha256 ?? null,
        };
      }),
    );
  }

  async #find(ctx: Context, id: string): Promise<{ label: string; content: VersionContent } | null> {
    const found = await this.#data.signableVersion.find(ctx, id);
    if (found === null || found === 'hidden') return null;
    return { label: found.label, content: found.content as VersionContent };
  }
}
