import type { Model } from '@stroma/contracts';
import { Link } from '@tanstack/react-router';
import { BrainCircuit, Undo2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button, buttonClass } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { PagedList } from '../../components/paged-list.tsx';
import { cellClass, numberClass, PlainTable } from '../../components/plain-table.tsx';
import { client } from '../../lib/client.ts';
import { formatAgo, formatTime } from '../../lib/format.ts';
import { usePages } from '../../lib/pages.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import { usePermission } from '../../lib/session.ts';
import { useDeleteModel } from './delete-model.ts';
import { metricsByWeight, namedMetric } from './metric-text.ts';
import { StageMark } from './stage-mark.tsx';

const wide = `${cellClass} max-md:hidden`;

export function ModelList({ search, deleted }: { search: string; deleted: boolean }) {
  const { t } = useTranslation('models');
  const query = { limit: 50, ...(search !== '' && { search }), ...(deleted && { deleted: 'true' as const }) };
  const pages = usePages(queryKeys.modelList(query), (cursor, signal) =>
    client.models.list({ query: { ...query, ...cursor }, signal }),
  );
  return (
    <PagedList
      pages={pages}
      empty={
        search === '' && !deleted ? (
          <NoModels />
        ) : (
          <p className="text-ink-soft">{t(deleted && search === '' ? 'none_deleted' : 'none_found')}</p>
        )
      }
    >
      {(items) => (
        <PlainTable
          label={t('models')}
          headings={[
            { label: t('name'), className: `${cellClass} text-start` },
            { label: t('stage'), className: `${cellClass} text-start` },
            { label: t('newest_version'), className: `${numberClass} max-md:hidden` },
            { label: t('metric'), className: `${cellClass} text-start max-sm:hidden` },
            { label: t('owner'), className: `${wide} text-start` },
            { label: t(deleted ? 'deleted' : 'registered'), className: `${wide} text-start` },
            ...(deleted ? [{ label: t('actions'), unseen: true, className: numberClass }] : []),
          ]}
        >
          {items.map((model) => (
            <ModelRow key={model.model_id} model={model} />
          ))}
        </PlainTable>
      )}
    </PagedList>
  );
}

function ModelRow({ model }: { model: Model }) {
  const { t } = useTranslation('models');
  const { newest, created_by, created_at } = model;
  const at = model.deleted_at ?? newest?.created_at ?? created_at;
  const { restore } = useDeleteModel();
  const mayRestore = usePermission('models:write', { ownerId: created_by.user_id });
  const [metric] = metricsByWeight(newest?.metrics ?? {}).map((each) => namedMetric(t, each));
  const standing = (['production', 'staging'] as const).filter((stage) => model.stages[stage] !== undefined);
  return (
    <tr className="hover:bg-hover">
      <td className={cellClass}>
        {model.deleted_at === null ? (
          <Link
            to="/models/$modelId"
            params={{ modelId: model.model_id }}
            className="font-medium text-ink hover:text-accent wrap-anywhere"
          >
            {model.name}
          </Link>
        ) : (
          <span className="font-medium wrap-anywhere">{model.name}</span>
        )}
        {model.description !== '' && (
          <p className="line-clamp-1 text-small text-ink-faint">{model.description}</p>
        )}
      </td>
      <td className={cellClass}>
        <span className="flex flex-wrap gap-1">
          {standing.map((stage) => (
            <StageMark key={stage} stage={stage} number={model.stages[stage]} />
          ))}
          {standing.length === 0 && <StageMark stage={newest?.stage ?? 'none'} />}
        </span>
      </td>
      <td className={`${numberClass} max-md:hidden`}>{newest?.number ?? t('nothing')}</td>
      <td className={`${cellClass} whitespace-nowrap max-sm:hidden`}>
        {metric === undefined ? (
          <span className="text-ink-faint">{t('nothing')}</span>
        ) : (
          <>
            <span className="text-ink-faint">{metric[0]}</span> {metric[1]}
          </>
        )}
      </td>
      <td className={wide}>{created_by.name ?? t('nothing')}</td>
      <td className={`${wide} whitespace-nowrap`}>
        <time dateTime={at} title={formatTime(at)}>
          {formatAgo(at)}
        </time>
      </td>
      {model.deleted_at !== null && (
        <td className={numberClass}>
          {mayRestore && (
            <Button
              size="small"
              aria-label={t('restore_model', { name: model.name })}
              onClick={() => restore.mutate(model)}
            >
              <Undo2 size={14} aria-hidden />
              {t('restore')}
            </Button>
          )}
        </td>
      )}
    </tr>
  );
}

function NoModels() {
  const { t } = useTranslation('models');
  return (
    <EmptyState
      icon={BrainCircuit}
      title={t('empty_title')}
      action={
        <Link to="/models/train" className={buttonClass({})}>
          {t('to_data')}
        </Link>
      }
    >
      {t('empty_text')}
    </EmptyState>
  );
}
