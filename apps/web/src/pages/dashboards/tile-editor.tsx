import type { BoardState, Dashboard, Dataset, Tile, TileQuery } from '@stroma/contracts';
import { tileKinds } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog, DialogContent } from '../../components/dialog.tsx';
import { Field, Input, inputClass, Select } from '../../components/field.tsx';
import { FormEnd } from '../../components/form-end.tsx';
import { panelClass } from '../../components/page.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { client } from '../../lib/client.ts';
import { allDatasetsQuery } from '../../lib/datasets.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import { BuiltFields } from './built-fields.tsx';
import { firstQuery, fitting } from './built-query.ts';
import { QuestionChoice } from './question-choice.tsx';
import { SqlFields } from './sql-fields.tsx';
import { TileBody } from './tile-body.tsx';
import { TileOptionsFields } from './tile-options.tsx';

type Source = 'built' | 'sql' | 'question';

/** Makes a tile: what it shows of which data, and how; what it will look like is seen at once. */
export function TileEditor({
  board,
  tile: given,
  isNew,
  state,
  onDone,
  onClose,
}: {
  board: Dashboard;
  tile: Tile;
  isNew: boolean;
  state: BoardState;
  onDone: (tile: Tile) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation('dashboards');
  const datasets = useQuery(allDatasetsQuery);
  const all = datasets.data?.items ?? [];
  const [tile, setTile] = useState(given);
  const [source, setSource] = useState<Source>(given.query?.kind ?? 'built');
  const isText = tile.kind === 'text';
  const set = (part: Partial<Tile>) => setTile((now) => ({ ...now, ...part }));
  const used = datasetOf(board, all);
  const query =
    isText || source === 'question' || tile.query !== null || used === undefined || source !== 'built'
      ? tile.query
      : firstQuery(tile.kind, used);
  const shown: Tile = { ...tile, query: isText ? null : query };
  const ready = isText ? (tile.options.text ?? '').trim() !== '' : query !== null && isComplete(query);
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent side title={t(isNew ? 'new_tile' : 'edit_tile')}>
        <form
          className="grid grid-cols-1 gap-5"
          onSubmit={(event) => {
            event.preventDefault();
            if (ready) onDone({ ...shown, title: shown.title.trim() || titleOf(shown) });
          }}
        >
          <Preview board={board} tile={shown} state={state} ready={ready} />
          <Field label={t('tile_title')}>
            {(props) => (
              <Input
                {...props}
                maxLength={200}
                placeholder={titleOf(shown)}
                value={tile.title}
                onChange={({ target }) => set({ title: target.value })}
              />
            )}
          </Field>
          {isText ? (
            <Field label={t('text')} hint={t('text_hint')}>
              {(props) => (
                <textarea
                  {...props}
                  rows={8}
                  maxLength={20_000}
                  value={tile.options.text ?? ''}
                  onChange={({ target }) => set({ options: { ...tile.options, text: target.value } })}
                  className={`${inputClass} h-auto py-1.5`}
                />
              )}
            </Field>
          ) : (
            <>
              <Segmented
                label={t('tile_source')}
                value={source}
                onChange={(next) => {
                  setSource(next);
                  if (next !== 'question' && tile.query?.kind !== next)
                    set({ query: next === 'sql' && used ? sqlOf(used) : null, spec: null });
                }}
                options={[
                  { value: 'built', label: t('source_built') },
                  { value: 'sql', label: 'SQL' },
                  { value: 'question', label: t('source_question') },
                ]}
              />
              <Field label={t('kind')}>
                {(props) => (
                  <Select
                    {...props}
                    value={tile.kind}
                    onChange={({ target }) => {
                      const kind = tileKinds.find((each) => each === target.value) ?? 'bar';
                      const dataset =
                        query?.kind === 'built'
                          ? all.find((each) => each.dataset_id === query.dataset_id)
                          : undefined;
                      set({
                        kind,
                        spec: null,
                        query: query?.kind === 'built' && dataset ? fitting(kind, query, dataset) : query,
                      });
                    }}
                  >
                    {tileKinds
                      .filter((kind) => kind !== 'text')
                      .map((kind) => (
                        <option key={kind} value={kind}>
                          {t(`kind_${kind}`)}
                        </option>
                      ))}
                  </Select>
                )}
              </Field>
              {source === 'question' ? (
                <QuestionChoice
                  all={all}
                  onChoose={(chosen, title) => {
                    setTile((now) => ({ ...now, query: chosen, spec: null, title: now.title || title }));
                    setSource('sql');
                  }}
                />
              ) : source === 'sql' ? (
                query?.kind === 'sql' && (
                  <SqlFields query={query} datasets={all} onChange={(next) => set({ query: next })} />
                )
              ) : (
                query?.kind === 'built' && (
                  <BuiltFields
                    kind={tile.kind}
                    query={query}
                    datasets={all}
                    onChange={(next) => set({ query: next })}
                  />
                )
              )}
              <TileOptionsFields tile={shown} onChange={(options) => set({ options })} />
            </>
          )}
          <FormEnd button={t(isNew ? 'add_tile' : 'apply')} disabled={!ready} onCancel={onClose} />
        </form>
      </DialogContent>
    </Dialog>
  );
}

const isComplete = (query: TileQuery): boolean =>
  query.kind === 'sql' ? query.sql.trim() !== '' : query.dimensions.length + query.measures.length > 0;

const sqlOf = ({ dataset_id, table_name }: Dataset): TileQuery => ({
  kind: 'sql',
  dataset_ids: [dataset_id],
  sql: `SELECT count(*) AS rows\nFROM ${table_name}`,
  question: null,
  query_id: null,
});

/** The data the board shows most lately, otherwise the newest. */
function datasetOf({ tiles }: Dashboard, all: readonly Dataset[]): Dataset | undefined {
  const id = tiles.flatMap(({ query }) => (query?.kind === 'built' ? [query.dataset_id] : [])).at(-1);
  return (
    all.find(({ dataset_id }) => dataset_id === id) ??
    all.toSorted((a, b) => b.updated_at.localeCompare(a.updated_at))[0]
  );
}

/** What a tile would be called by what it shows: "mean of body mass by species". */
function titleOf({ query, kind }: Tile): string {
  if (query === null || query.kind === 'sql') return query?.question ?? kind;
  const measures = query.measures.map((measure) =>
    'aggregate' in measure
      ? (measure.as ??
        (measure.column === undefined
          ? 'count'
          : `${measure.aggregate.replace('_', ' ')} of ${measure.column}`))
      : (measure.as ?? ''),
  );
  const by = [...query.dimensions, ...(query.split ? [query.split] : [])].map(({ column }) => column);
  const text =
    kind === 'box'
      ? by.join(', ')
      : [measures.join(', '), by.join(', ')].filter((each) => each !== '').join(' by ');
  return (text.charAt(0).toUpperCase() + text.slice(1)).slice(0, 200);
}

function Preview({
  board,
  tile,
  state,
  ready,
}: {
  board: Dashboard;
  tile: Tile;
  state: BoardState;
  ready: boolean;
}) {
  const { t } = useTranslation('dashboards');
  const wanted = useDeferredValue(tile);
  const { filters, variables, time_range } = board;
  const { title: _, place: __, description: ___, ...asked } = wanted;
  const { data, error, isPlaceholderData } = useQuery({
    queryKey: queryKeys.tileDraft({ asked, state, filters, variables, time_range }),
    queryFn: ({ signal }) =>
      client.dashboards.draft({
        body: { tile: wanted, board: { filters, variables, time_range }, state },
        signal,
      }),
    enabled: ready && wanted.query !== null,
    placeholderData: (before) => before,
    retry: false,
  });
  return (
    <figure className={`${panelClass} sticky -top-6 z-10`}>
      <figcaption className="px-4 py-2 text-small text-ink-faint">{t('preview')}</figcaption>
      <div className="h-52">
        {ready && (
          <TileBody
            tile={wanted}
            data={{ result: error ? undefined : data, error, isOld: isPlaceholderData }}
            asTable={false}
            domains={{}}
            onDrawn={() => undefined}
          />
        )}
      </div>
    </figure>
  );
}
