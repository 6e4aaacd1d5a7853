import type { FeatureMaterialisation, FeatureView, OnlineFeatures } from '@stroma/contracts';
import { type Output, printable } from '../output.ts';
import { cellText, countText, plural, tableView } from './table-view.ts';

const minute = (time: string | null) => (time === null ? '' : time.slice(0, 16).replace('T', ' '));

export function viewList(
  { items, next_cursor }: { items: FeatureView[]; next_cursor: string | null },
  { tint }: Output,
): string {
  if (items.length === 0) return 'No feature views yet.';
  const columns = [
    { title: 'name' },
    { title: 'of' },
    { title: 'features', right: true },
    { title: 'version', right: true },
    { title: 'stored' },
    { title: 'last' },
    { title: 'id' },
  ];
  const rows = items.map((each) => [
    each.name,
    `${each.entity.name} (${each.entity.keys.join(', ')})`,
    countText(each.features.length),
    String(each.version),
    each.freshness,
    minute(each.newest?.ended_at ?? null),
    each.view_id,
  ]);
  const more = next_cursor === null ? '' : `\n\nMore: --cursor ${next_cursor}`;
  return tableView(columns, rows, (text) => tint('bold', text)) + more;
}

export function oneView(view: FeatureView, { tint }: Output): string {
  const known = view.available_time === null ? '' : `, known from ${view.available_time}`;
  const until = view.ttl_seconds === null ? '' : `, for ${plural(view.ttl_seconds, 'second')}`;
  const columns = [{ title: 'feature' }, { title: 'type' }, { title: 'unit' }, { title: 'what it is' }];
  const rows = view.features.map(({ name, type, unit, description }) => [
    name,
    type,
    unit ?? '',
    description,
  ]);
  return [
    `${tint('bold', printable(view.name))}  version ${view.version}, ${view.freshness}  ${tint('dim', view.view_id)}`,
    ...(view.description === '' ? [] : [printable(view.description)]),
    printable(
      `Of ${view.entity.name} (${view.entity.keys.join(', ')}) at ${view.event_time}${known}${until}; from ${view.datasets.map(({ name }) => name).join(', ')}.`,
    ),
    '',
    tableView(columns, rows, (text) => tint('bold', text)),
    '',
    ...view.sql.split('\n').map(printable),
    ...(view.newest === null ? [] : ['', materialisationView(view.name, view.newest)]),
  ].join('\n');
}

export function materialisationView(name: string, stored: FeatureMaterialisation | null): string {
  if (stored === null) return `${printable(name)} was stored; you may not see what came of it.`;
  const { rows, entities, online_rows, online_left_out, dataset_id, ended_at } = stored;
  const left = online_left_out === 0 ? '' : ` (${countText(online_left_out)} with older values left out)`;
  return `Stored ${minute(ended_at)}: ${plural(rows, 'row')} of ${plural(entities, 'entity', 'entities')} in ${dataset_id}, ${countText(online_rows)} online${left}.`;
}

export function onlineView({ items }: OnlineFeatures, { tint }: Output): string {
  const columns = [
    { title: 'entity' },
    { title: 'feature' },
    { title: 'value', right: true },
    { title: 'state' },
    { title: 'as of' },
  ];
  const rows = items.flatMap(({ entity, values }) =>
    values.map(({ view, feature, value, state, event_time }) => [
      Object.entries(entity)
        .map(([key, own]) => `${key}=${own}`)
        .join(','),
      `${view}.${feature}`,
      cellText(value),
      state,
      minute(event_time),
    ]),
  );
  return tableView(columns, rows, (text) => tint('bold', text));
}
