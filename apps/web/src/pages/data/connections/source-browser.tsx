import {
  type DataConnection,
  type SourceSelection,
  type SourceTable,
  sqlSourceKinds,
} from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { Field, Input, inputClass, Select } from '../../../components/field.tsx';
import { ResultTable } from '../../../components/grid/result-table.tsx';
import { ErrorNotice } from '../../../components/notice.tsx';
import { panelClass, Section } from '../../../components/page.tsx';
import { PagedList } from '../../../components/paged-list.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { client } from '../../../lib/client.ts';
import { formatBytes, formatCount } from '../../../lib/format.ts';
import { usePages } from '../../../lib/pages.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { ImportDialog } from './import-dialog.tsx';

const minute = 60_000;

/** Schemas and tables of a source, and the first rows of one of them or of a query. */
export function SourceBrowser({ connection }: { connection: DataConnection }) {
  const { t } = useTranslation('connections');
  const id = connection.connection_id;
  const [schema, setSchema] = useState<string | null>(null);
  const [search, setSearch] = useState('');
  const [chosen, setChosen] = useState<SourceSelection | null>(null);
  const [sql, setSql] = useState('');
  const wanted = useDeferredValue(search.trim());
  const schemas = useQuery({
    queryKey: queryKeys.sourceContent(id, 'schemas'),
    queryFn: ({ signal }) => client.connections.schemas({ params: { id }, signal }),
    staleTime: minute,
  });
  const names = schemas.data?.items ?? [];
  const shown = schema ?? names[0] ?? '';
  if (schemas.error)
    return (
      <Section title={t('browse')}>
        <ErrorNotice error={schemas.error} onRetry={() => void schemas.refetch()} />
      </Section>
    );
  return (
    <Section title={t('browse')} note={t('browse_about')}>
      {schemas.data === undefined ? (
        <SkeletonRows rows={4} className="h-9" />
      ) : (
        <div className="grid grid-cols-1 gap-6 lg:grid-cols-[18rem_minmax(0,1fr)]">
          <div className="grid min-w-0 grid-cols-1 content-start gap-2">
            {names.length > 1 && (
              <Select
                aria-label={t('schema')}
                value={shown}
                onChange={({ target }) => setSchema(target.value)}
              >
                {names.map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </Select>
            )}
            <Input
              type="search"
              aria-label={t('find_table')}
              placeholder={t('find_table')}
              value={search}
              onChange={({ target }) => setSearch(target.value)}
            />
            <TableList
              id={id}
              schema={shown}
              search={wanted}
              chosen={chosen}
              onChoose={({ schema: space, table }) => setChosen({ kind: 'table', schema: space, table })}
            />
            {sqlSourceKinds.includes(connection.settings.kind) && (
              <form
                className="mt-2 grid grid-cols-1 gap-2"
                onSubmit={(event) => {
                  event.preventDefault();
                  setChosen({ kind: 'query', sql });
                }}
              >
                <Field label={t('query')}>
                  {(props) => (
                    <textarea
                      {...props}
                      required
                      rows={3}
                      spellCheck={false}
                      value={sql}
                      placeholder="SELECT …"
                      onChange={({ target }) => setSql(target.value)}
                      className={`${inputClass} h-auto py-1.5 font-mono text-small`}
                    />
                  )}
                </Field>
                <Button type="submit">{t('preview_query')}</Button>
              </form>
            )}
          </div>
          <div className="min-w-0">
            {chosen === null ? (
              <p className="grid min-h-40 place-items-center rounded-lg border border-dashed border-line p-6 text-center text-ink-soft">
                {t('choose_table')}
              </p>
            ) : (
              <SourcePreview key={JSON.stringify(chosen)} connection={connection} selection={chosen} />
            )}
          </div>
        </div>
      )}
    </Section>
  );
}

function TableList({
  id,
  schema,
  search,
  chosen,
  onChoose,
}: {
  id: string;
  schema: string;
  search: string;
  chosen: SourceSelection | null;
  onChoose: (table: SourceTable) => void;
}) {
  const { t } = useTranslation('connections');
  const { t: common } = useTranslation();
  const query = { ...(schema !== '' && { schema }), ...(search !== '' && { search }) };
  const pages = usePages<SourceTable>(queryKeys.sourceContent(id, 'tables', query), (cursor, signal) =>
    client.connections.tables({ params: { id }, query: { limit: 50, ...query, ...cursor }, signal }),
  );
  const isChosen = ({ schema: space, table }: SourceTable) =>
    chosen?.kind === 'table' && chosen.schema === space && chosen.table === table;
  return (
    <PagedList
      pages={pages}
      skeleton={{ rows: 5, className: 'h-9' }}
      empty={<p className="py-4 text-ink-soft">{t('no_tables')}</p>}
    >
      {(tables) => (
        <ul
          aria-label={t('tables')}
          className={`${panelClass} max-h-80 divide-y divide-line overflow-y-auto`}
        >
          {tables.map((each) => (
            <li key={`${each.schema}.${each.table}`}>
              <button
                type="button"
                aria-pressed={isChosen(each)}
                onClick={() => onChoose(each)}
                className="flex w-full items-baseline justify-between gap-2 px-3 py-1.5 text-start hover:bg-hover aria-pressed:bg-accent-soft"
              >
                <span className="min-w-0 truncate font-mono text-small">{each.table}</span>
                <span className="shrink-0 text-small text-ink-faint">
                  {each.rows_estimate !== null
                    ? common('rows', { count: each.rows_estimate, shown: formatCount(each.rows_estimate) })
                    : each.bytes !== null
                      ? formatBytes(each.bytes)
                      : each.kind === 'table' || each.kind === 'rows'
                        ? ''
                        : t(`table_${each.kind}`)}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </PagedList>
  );
}

function SourcePreview({
  connection,
  selection,
}: {
  connection: DataConnection;
  selection: SourceSelection;
}) {
  const { t } = useTranslation('connections');
  const id = connection.connection_id;
  const [importing, setImporting] = useState(false);
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.sourceContent(id, 'preview', selection),
    queryFn: ({ signal }) =>
      client.connections.preview({ params: { id }, body: { selection, limit: 50 }, signal }),
    staleTime: minute,
    retry: false,
  });
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <SkeletonRows rows={6} className="h-9" />;
  const label = selection.kind === 'table' ? selection.table : t('query');
  return (
    <section aria-label={t('preview')} className="grid grid-cols-1 gap-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="min-w-0 text-ink-soft">
          <span className="font-mono wrap-anywhere text-ink">{label}</span> ·{' '}
          {t('first_rows', { count: data.rows.length })}
        </p>
        <Button look="primary" onClick={() => setImporting(true)}>
          {t('import')}
        </Button>
      </div>
      <ResultTable label={label} columns={data.columns} rows={data.rows} />
      {importing && (
        <ImportDialog
          connection={connection}
          selection={selection}
          columns={data.source_columns}
          onClose={() => setImporting(false)}
        />
      )}
    </section>
  );
}
