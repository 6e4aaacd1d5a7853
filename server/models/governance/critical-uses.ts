import { hash } from 'node:crypto';
import type { Criticality, CriticalPolicy, CriticalRule, ModelStage, RiskClass } from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { lockUntilCommit } from '../../platform/db/locks.ts';
import { canonicalJson } from '../../platform/provenance/canonical-json.ts';
import { type ModelParts, RunDocuments } from '../experiments/run-documents.ts';
import type { VersionRow } from '../registry/model-versions.store.ts';
import type { ModelRow } from '../registry/models.store.ts';
import { insertPolicy, newestPolicy, recordedClasses } from './critical-policies.store.ts';
import { countedClasses, criticalityOf } from './critical-rules.ts';

export interface UsedVersion {
  model: Pick<ModelRow, 'id' | 'tenantId' | 'tags'>;
  version: Pick<VersionRow, 'tags' | 'facts' | 'stage'>;
}

/** What other processes change is known here this much later; promotions always read it anew. */
const rememberedMs = 2000;
const mostRemembered = 2000;

/** Which uses of models an organisation has marked as critical. */
export class CriticalUses {
  readonly #parts: ModelParts;
  readonly #remembered = new Map<string, { at: number; found: Promise<Found> }>();

  constructor(parts: ModelParts) {
    this.#parts = parts;
  }

  async policy(ctx: Context): Promise<CriticalPolicy> {
    const row = await newestPolicy(this.#parts.platform.db.sql, ctx.actor.tenantId);
    const rules = row?.rules ?? [];
    const named = await new RunDocuments(this.#parts).names(row === null ? [] : [row.createdBy]);
    return {
      number: row?.number ?? 0,
      rules,
      changed_by: row === null ? null : named(row.createdBy),
      changed_at: row?.createdAt.toISOString() ?? null,
      sha256: rulesHash(rules),
    };
  }

  /** What was said before stays: this is the next of its numbers. */
  async setPolicy(ctx: Context, rules: CriticalRule[]): Promise<CriticalPolicy> {
    const { platform, access } = this.#parts;
    const { tenantId, id } = ctx.actor;
    await platform.db.transaction(async (tx) => {
      await lockUntilCommit(tx, `critical-policy:${tenantId}`);
      const before = await newestPolicy(tx, tenantId);
      const number = (before?.number ?? 0) + 1;
      const sha256 = rulesHash(rules);
      await insertPolicy(tx, { tenantId, number, rules, sha256, createdBy: id, createdAt: new Date() });
      await access.audit.record(tx, ctx, {
        action: 'critical-policy.changed',
        object: { kind: 'critical_policy', id: String(number) },
        outcome: 'success',
        before: before?.rules ?? [],
        after: rules,
        details: { number, rules: rules.length, sha256 },
      });
    });
    this.forget(tenantId);
    return this.policy(ctx);
  }

  forget(tenantId: string): void {
    for (const key of this.#remembered.keys())
      if (key.startsWith(`${tenantId} `)) this.#remembered.delete(key);
  }

  /** What the policy makes of a version in a stage, read anew. Null: not critical. */
  async of(db: Sql, used: UsedVersion, stage: ModelStage): Promise<Criticality | null> {
    return judge(await read(db, used.model), used, stage);
  }

  /** The same of a version where it stands, remembered for a moment: for answers that nothing may hold up. */
  async soon(used: UsedVersion): Promise<Criticality | null> {
    const { tenantId, id } = used.model;
    const key = `${tenantId} ${id}`;
    const known = this.#remembered.get(key);
    if (known !== undefined && performance.now() - known.at < rememberedMs)
      return judge(await known.found, used, used.version.stage);
    const found = read(this.#parts.platform.db.sql, used.model);
    this.#remembered.delete(key);
    this.#remembered.set(key, { at: performance.now(), found });
    found.catch(() => this.#remembered.delete(key));
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size > mostRemembered && oldest !== undefined) this.#remembered.delete(oldest);
    return judge(await found, used, used.version.stage);
  }

  /** By which rules on risk classes hold for a model; first that of its newest record. */
  async classes(db: Sql, model: UsedVersion['model']): Promise<{ newest: RiskClass; counted: RiskClass[] }> {
    const recorded = await recordedClasses(db, model.tenantId, model.id);
    return { newest: recorded[0]?.riskClass ?? 'unclassified', counted: countedClasses(recorded) };
  }
}

interface Found {
  number: number;
  rules: CriticalRule[];
  classes: RiskClass[];
}

async function read(db: Sql, { tenantId, id }: UsedVersion['model']): Promise<Found> {
  const row = await newestPolicy(db, tenantId);
  const rules = row?.rules ?? [];
  const looksAtClasses = rules.some(({ when }) => when.risk_classes.length > 0);
  return {
    number: row?.number ?? 0,
    rules,
    classes: looksAtClasses ? countedClasses(await recordedClasses(db, tenantId, id)) : [],
  };
}

const judge = (
  { number, rules, classes }: Found,
  { model, version }: UsedVersion,
  stage: ModelStage,
): Criticality | null =>
  criticalityOf(
    rules,
    {
      modelTags: model.tags,
      versionTags: version.tags,
      experimentId: version.facts.experiment_id,
      stage,
      classes,
    },
    number,
  );

const rulesHash = (rules: CriticalRule[]): string => hash('sha256', canonicalJson(rules));
