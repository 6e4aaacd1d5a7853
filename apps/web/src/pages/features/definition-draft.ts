import type { FeaturePreview, FeatureViewDefinition } from '@stroma/contracts';
import type { ColumnType } from '../../lib/cell.ts';

export const columnRoles = ['feature', 'key', 'event', 'available', 'out'] as const;
export type ColumnRole = (typeof columnRoles)[number];

interface DraftColumn {
  role: ColumnRole;
  unit: string;
  description: string;
}

/** A definition as it is written: what each column of the answer is. */
export interface DefinitionDraft {
  name: string;
  description: string;
  tags: string;
  entity: string;
  datasetIds: string[];
  sql: string;
  /** Days, as typed; empty: for ever. */
  days: string;
  columns: Record<string, DraftColumn>;
}

const day = 86_400;

export const emptyDraft: DefinitionDraft = {
  name: '',
  description: '',
  tags: '',
  entity: '',
  datasetIds: [],
  sql: '',
  days: '',
  columns: {},
};

export function draftOf(definition: FeatureViewDefinition): DefinitionDraft {
  const column = (role: ColumnRole) => ({ role, unit: '', description: '' });
  const { entity, event_time, available_time, features, ttl_seconds } = definition;
  return {
    name: definition.name,
    description: definition.description,
    tags: definition.tags.join(', '),
    entity: entity.name,
    datasetIds: definition.dataset_ids,
    sql: definition.sql,
    days: ttl_seconds === null ? '' : String(ttl_seconds / day),
    columns: {
      ...Object.fromEntries(entity.keys.map((key) => [key, column('key')])),
      [event_time]: column('event'),
      ...(available_time !== null && { [available_time]: column('available') }),
      ...Object.fromEntries(
        features.map(({ name, unit, description }) => [
          name,
          { role: 'feature' as const, unit: unit ?? '', description },
        ]),
      ),
    },
  };
}

type Shown = FeaturePreview['columns'];

/** What the columns are, those that were not looked at yet by what their names and types suggest. */
export function columnsOf(
  draft: DefinitionDraft,
  shown: Shown,
): [name: string, type: ColumnType, DraftColumn][] {
  const isFirstLook = shown.every(({ name }) => draft.columns[name] === undefined);
  const event = shown.find(({ type }) => type === 'timestamp' || type === 'date')?.name;
  const key = (shown.find(({ name }) => /(^|_)(id|key|subject|patient|person)$/i.test(name)) ?? shown[0])
    ?.name;
  return shown.map(({ name, type }) => {
    const guessed = !isFirstLook
      ? 'out'
      : name === event
        ? 'event'
        : name === key
          ? 'key'
          : type === 'nested' || type === 'binary'
            ? 'out'
            : 'feature';
    return [name, type as ColumnType, draft.columns[name] ?? { role: guessed, unit: '', description: '' }];
  });
}

/** What is sent; while it is not known what the columns are, a name no column has. */
export function definitionFrom(draft: DefinitionDraft, shown: Shown): FeatureViewDefinition {
  const columns = columnsOf(draft, shown);
  const named = (role: ColumnRole) =>
    columns.filter(([, , each]) => each.role === role).map(([name]) => name);
  const unknown = '—';
  const days = Number(draft.days);
  const features = columns.flatMap(([name, , { role, unit, description }]) =>
    role === 'feature' ? [{ name, description, unit: unit.trim() === '' ? null : unit.trim() }] : [],
  );
  // None at all would stand for every other column.
  const isNone = shown.length > 0 && features.length === 0;
  return {
    name: draft.name.trim() === '' ? 'draft' : draft.name.trim(),
    description: draft.description,
    tags: draft.tags
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== ''),
    entity: {
      name: draft.entity.trim() === '' ? 'entity' : draft.entity.trim(),
      keys: named('key').length === 0 ? [unknown] : named('key').slice(0, 5),
    },
    dataset_ids: draft.datasetIds,
    sql: draft.sql,
    event_time: named('event')[0] ?? unknown,
    available_time: named('available')[0] ?? null,
    features: isNone ? [{ name: unknown, description: '', unit: null }] : features,
    ttl_seconds: draft.days.trim() === '' || !(days > 0) ? null : Math.max(1, Math.round(days * day)),
  };
}
