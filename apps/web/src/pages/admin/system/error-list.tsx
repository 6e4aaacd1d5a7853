import type { SystemError } from '@stroma/contracts';
import { Bug, Download } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../components/badge.tsx';
import { Button } from '../../../components/button.tsx';
import { EmptyState } from '../../../components/empty-state.tsx';
import { Input } from '../../../components/field.tsx';
import { PagedList } from '../../../components/paged-list.tsx';
import { cellClass, numberClass, PlainTable } from '../../../components/plain-table.tsx';
import { Segmented } from '../../../components/segmented.tsx';
import { client } from '../../../lib/client.ts';
import { formatAgo, formatCount, formatMoment } from '../../../lib/format.ts';
import { usePages } from '../../../lib/pages.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { saveFile, toCsv } from '../../../lib/table-export.ts';
import type { SystemSearch } from '../../../search-parameters.ts';
import { ErrorPanel } from './error-panel.tsx';
import { Who } from './who-met-it.tsx';

const everyMs = 10_000;
const wide = `${cellClass} hidden md:table-cell`;

/** What failed in Stroma, like with like, the last first. */
export function ErrorList({
  search,
  onChange,
}: {
  search: SystemSearch;
  onChange: (next: SystemSearch) => void;
}) {
  const { t } = useTranslation('system');
  const [text, setText] = useState(search.search ?? '');
  const wanted = useDeferredValue(text.trim());
  const all = search.seen === 'all';
  const query = { ...(!all && { seen: 'false' as const }), ...(wanted !== '' && { search: wanted }) };
  const pages = usePages(
    queryKeys.systemErrorList(query),
    (cursor, signal) => client.system.errors({ query: { ...query, limit: 50, ...cursor }, signal }),
    everyMs,
  );
  const show = (seen: 'new' | 'all') => onChange({ view: 'errors', ...(seen === 'all' && { seen }) });
  return (
    <>
      <div className="mb-4 flex flex-wrap items-center gap-2">
        <Segmented
          label={t('errors_shown')}
          value={all ? 'all' : 'new'}
          onChange={show}
          options={[
            { value: 'new', label: t('errors_new') },
            { value: 'all', label: t('errors_all') },
          ]}
        />
        <div className="w-full sm:w-64">
          <Input
            type="search"
            aria-label={t('errors_search')}
            placeholder={t('errors_search')}
            value={text}
            onChange={({ target }) => setText(target.value)}
          />
        </div>
        <span className="flex-1" />
        <Button
          disabled={pages.items === undefined || pages.items.length === 0}
          onClick={() => exportErrors(pages.items ?? [])}
        >
          <Download size={16} aria-hidden />
          {t('export')}
        </Button>
      </div>
      <PagedList
        pages={pages}
        empty={
          <EmptyState
            icon={Bug}
            title={t(wanted === '' ? 'no_errors' : 'no_errors_matching')}
            action={!all && <Button onClick={() => show('all')}>{t('clear')}</Button>}
          >
            {t('no_errors_text')}
          </EmptyState>
        }
      >
        {(items) => (
          <ErrorTable errors={items} onOpen={(error) => onChange({ ...search, view: 'errors', error })} />
        )}
      </PagedList>
      <ErrorPanel id={search.error} onClose={() => show(all ? 'all' : 'new')} />
    </>
  );
}

function ErrorTable({ errors, onOpen }: { errors: readonly SystemError[]; onOpen: (id: string) => void }) {
  const { t } = useTranslation('system');
  return (
    <PlainTable
      label={t('errors')}
      headings={[
        { label: t('error') },
        { label: t('where'), className: wide },
        { label: t('who'), className: wide },
        { label: t('times'), className: numberClass },
        { label: t('last_seen'), className: `${cellClass} whitespace-nowrap` },
      ]}
    >
      {errors.map((each) => (
        <tr key={each.error_id} className="align-top hover:bg-hover">
          <td className={`${cellClass} max-w-[40rem]`}>
            <button
              type="button"
              className="text-start font-medium wrap-anywhere underline-offset-2 hover:underline"
              onClick={() => onOpen(each.error_id)}
            >
              {each.message}
            </button>
            <p className="mt-0.5 flex flex-wrap items-center gap-2 text-small text-ink-soft">
              <code className="font-mono">{each.code ?? each.name}</code>
              {each.level === 'fatal' && <Badge tone="critical">{t('fatal')}</Badge>}
              {each.seen_at === null ? <Badge tone="warning">{t('new')}</Badge> : <Badge>{t('seen')}</Badge>}
            </p>
          </td>
          <td className={wide}>
            <code className="font-mono text-small wrap-anywhere">{each.last.where ?? '–'}</code>
          </td>
          <td className={wide}>
            <Who met={each.last} />
          </td>
          <td className={`${numberClass} tabular-nums`}>{formatCount(each.occurrences)}</td>
          <td className={`${cellClass} whitespace-nowrap`}>
            <time dateTime={each.last_at} title={formatMoment(each.last_at)}>
              {formatAgo(each.last_at)}
            </time>
          </td>
        </tr>
      ))}
    </PlainTable>
  );
}

function exportErrors(errors: readonly SystemError[]): void {
  const names = [
    'error_id',
    'level',
    'name',
    'code',
    'message',
    'occurrences',
    'first_at',
    'last_at',
    'seen_at',
    'where',
    'actor_id',
    'request_id',
    'trace_id',
  ] as const;
  const columns = names.map((name) => ({ name, type: 'text' as const }));
  const rows = errors.map((each) => {
    const flat = { ...each.last, ...each, actor_id: each.last.actor?.id ?? null };
    return names.map((name) => (flat[name] === null ? null : String(flat[name])));
  });
  saveFile('errors.csv', toCsv(columns, rows));
}
