import type { Model } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Activity, Eye } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { EmptyState } from '../../../components/empty-state.tsx';
import { Select } from '../../../components/field.tsx';
import { ErrorNotice } from '../../../components/notice.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { usePermission } from '../../../lib/session.ts';
import { LogSwitch } from './log-switch.tsx';
import { MonitorDialog } from './monitor-dialog.tsx';
import { MonitorView } from './monitor-view.tsx';
import { monitorsOfModelQuery } from './monitoring-queries.ts';

const route = getRouteApi('/frame/models/$modelId');

/** How a model does in service: what its monitors found, and how to begin. */
export function MonitoringTab({ model }: { model: Model }) {
  const { t } = useTranslation('monitoring');
  const { monitor: wanted } = route.useSearch();
  const navigate = route.useNavigate();
  const mayWatch = usePermission('models:write', { ownerId: model.created_by.user_id });
  const [adding, setAdding] = useState(false);
  const { data, error, refetch } = useQuery(monitorsOfModelQuery(model.model_id));
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <SkeletonRows rows={6} className="h-12" />;
  const monitors = data.items;
  const shown = monitors.find(({ monitor_id }) => monitor_id === wanted) ?? monitors[0];
  return (
    <div className="grid grid-cols-1 gap-8">
      {shown === undefined ? (
        <EmptyState
          icon={Activity}
          title={t('empty_title_one')}
          action={
            mayWatch && (
              <Button look="primary" onClick={() => setAdding(true)}>
                <Eye size={16} aria-hidden />
                {t('watch_this')}
              </Button>
            )
          }
        >
          {t('empty_text')}
        </EmptyState>
      ) : (
        <MonitorView
          key={shown.monitor_id}
          model={model}
          monitor={shown}
          choice={
            monitors.length > 1 && (
              <Select
                aria-label={t('monitor')}
                className="w-48! min-w-0 max-sm:flex-1"
                value={shown.monitor_id}
                onChange={({ target }) =>
                  void navigate({ search: (now) => ({ ...now, monitor: target.value }) as typeof now })
                }
              >
                {monitors.map(({ monitor_id, name }) => (
                  <option key={monitor_id} value={monitor_id}>
                    {name}
                  </option>
                ))}
              </Select>
            )
          }
        />
      )}
      <LogSwitch model={model} />
      {adding && <MonitorDialog models={[model]} monitor={null} onClose={() => setAdding(false)} />}
    </div>
  );
}
