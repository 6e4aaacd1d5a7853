import type { DatasetVersion } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Copy } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { panelClass } from '../../components/page.tsx';
import { ProvenanceButton } from '../../components/provenance/provenance-button.tsx';
import { SignatureList } from '../../components/signatures/signature-list.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { copyText } from '../../lib/copy.ts';
import { formatBytes, formatCount, formatTime } from '../../lib/format.ts';
import { type DatasetPart, versionsQuery } from './shown-version.ts';

const route = getRouteApi('/frame/data/$datasetId');

export function VersionsTab({ dataset, version: shown }: DatasetPart) {
  const { data, error, refetch } = useQuery(versionsQuery(dataset.dataset_id));
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <SkeletonRows rows={3} className="h-24" />;
  return (
    <ol className={`${panelClass} divide-y divide-line`}>
      {data.items.map((version) => (
        <VersionItem
          key={version.version_id}
          version={version}
          newest={version.version_id === dataset.version.version_id}
          shown={version.version_id === shown.version_id}
        />
      ))}
    </ol>
  );
}

function VersionItem({
  version,
  newest,
  shown,
}: {
  version: DatasetVersion;
  newest: boolean;
  shown: boolean;
}) {
  const { t } = useTranslation('dataset');
  const { t: common } = useTranslation();
  const navigate = route.useNavigate();
  const overrides = Object.entries(version.overrides);
  return (
    <li className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3 px-4 py-4">
      <div className="min-w-0 flex-1 basis-64">
        <p className="flex flex-wrap items-center gap-2">
          <span className="font-medium">{t('version_number', { number: version.number })}</span>
          {newest && <Badge tone="accent">{t('version_newest')}</Badge>}
          {shown && <Badge>{t('version_shown')}</Badge>}
        </p>
        <p className="mt-1 text-ink-soft">
          {[
            common('rows', { count: version.rows, shown: formatCount(version.rows) }),
            common('columns', { count: version.columns.length, shown: version.columns.length }),
            ...(version.rejected_rows > 0
              ? [
                  t('version_rejected', {
                    count: version.rejected_rows,
                    shown: formatCount(version.rejected_rows),
                  }),
                ]
              : []),
            t('version_size', {
              parquet: formatBytes(version.parquet_bytes),
              source: formatBytes(version.source_bytes),
            }),
          ].join(' · ')}
        </p>
        <p className="text-small text-ink-faint">
          {t('version_by', { time: formatTime(version.created_at), who: version.created_by })}
        </p>
        {overrides.length > 0 && (
          <p className="mt-1 text-small text-ink-soft">
            {t('version_overrides')}:{' '}
            <code className="font-mono wrap-anywhere">
              {overrides.map(([name, value]) => `${name} = ${JSON.stringify(value)}`).join(', ')}
            </code>
          </p>
        )}
        <p className="flex items-center gap-1 text-small text-ink-faint">
          {t('version_hash')} <code className="font-mono">{version.content_sha256.slice(0, 16)}</code>
          <IconButton
            icon={Copy}
            label={common('copy')}
            onClick={() => void copyText(version.content_sha256)}
          />
        </p>
        <div className="mt-2">
          <SignatureList object={{ kind: 'dataset_version', id: version.version_id }} signing />
        </div>
      </div>
      <div className="flex gap-2">
        <ProvenanceButton id={version.version_id} />
        <Button
          disabled={shown}
          onClick={() =>
            void navigate({ search: (now) => ({ ...now, tab: 'preview', version: version.version_id }) })
          }
        >
          {t('version_show')}
        </Button>
      </div>
    </li>
  );
}
