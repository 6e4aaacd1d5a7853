import type { Database } from '../../platform/db/database.ts';
import type { DerivedHolder } from '../erasures/derived-holders.ts';
import { findInsightIds, removeInsights } from './insights.store.ts';

/** Findings quote rows, so those made from erased rows go; they are generated anew in seconds. */
export function derivedInsights(db: Database): DerivedHolder {
  return {
    kind: 'insights',
    prefix: 'ins_',
    async propose(ctx, made) {
      const ids = made.map(({ entity_id }) => entity_id).filter((id) => id.startsWith('ins_'));
      const found = await findInsightIds(db.sql, ctx, ids);
      return found.map((id) => ({
        kind: 'insights',
        id,
        label: 'findings',
        treatment: 'remove',
        ground: null,
      }));
    },
    treat: (tx, ctx, { id }) => removeInsights(tx, ctx, id),
  };
}
