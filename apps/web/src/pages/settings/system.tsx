import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Facts } from '../../components/facts.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { Section } from '../../components/page.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { client } from '../../lib/client.ts';
import { formatBytes, formatCount, formatDuration, formatTime } from '../../lib/format.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import { usePermission } from '../../lib/session.ts';

/** What Stroma runs on; the settings in force and how it stands are in the Admin area. */
export function System() {
  const { t } = useTranslation('settings');
  const { t: common } = useTranslation();
  const maySeeAll = usePermission('installation:read');
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.system,
    queryFn: ({ signal }) => client.system.information({ signal }),
  });
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <SkeletonRows rows={8} />;
  const { sql_limits: limits, language_model: model } = data;
  return (
    <Section
      title={t('system')}
      note={
        maySeeAll && (
          <Link to="/admin/system" className="text-accent underline underline-offset-2">
            {t('system_more')}
          </Link>
        )
      }
    >
      <div className="grid items-start gap-4 md:grid-cols-2">
        <Facts
          facts={[
            [t('version'), data.version],
            [t('node'), data.node],
            [t('duckdb'), data.duckdb],
            [t('started_at'), formatTime(data.started_at)],
            [t('language_model'), model.configured ? model.model : t('language_model_none')],
          ]}
        />
        <Facts
          facts={[
            [t('store'), t(`store_${data.store}`)],
            [t('objects'), t(`objects_${data.objects}`)],
            [t('cache'), t(`cache_${data.cache}`)],
            [t('upload_limit'), formatBytes(data.upload_limit_bytes)],
            [
              t('sql_limits'),
              t('sql_limits_value', {
                time: formatDuration(limits.timeout_ms),
                memory: formatBytes(limits.memory_mb * 1e6),
                rows: common('rows', { count: limits.max_rows, shown: formatCount(limits.max_rows) }),
              }),
            ],
          ]}
        />
      </div>
    </Section>
  );
}
