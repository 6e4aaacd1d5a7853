import type { Model, ModelRecordSummary, ModelVersion } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { FileText, ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../../components/badge.tsx';
import { Button } from '../../../../components/button.tsx';
import { EmptyState } from '../../../../components/empty-state.tsx';
import { ErrorNotice } from '../../../../components/notice.tsx';
import { panelClass, Section } from '../../../../components/page.tsx';
import { SkeletonRows } from '../../../../components/skeleton.tsx';
import { formatAgo, formatTime } from '../../../../lib/format.ts';
import { usePermission } from '../../../../lib/session.ts';
import { VerdictMark } from '../reports/report-marks.tsx';
import { BiasDialog } from './bias-dialog.tsx';
import { recordsQuery } from './governance-queries.ts';
import { RecordPanel } from './record-panel.tsx';
import { RiskClassMark } from './risk-class-mark.tsx';
import { RiskPanel } from './risk-panel.tsx';

type Open = 'risk' | 'bias' | { record: ModelRecordSummary } | null;

/** Risk records and bias reports of a model, and the ways to make the next. */
export function RecordList({
  model,
  version,
  onChanged,
}: {
  model: Model;
  version: ModelVersion;
  onChanged: () => Promise<unknown>;
}) {
  const { t } = useTranslation('governance');
  const mayMake = usePermission('models:write', { ownerId: model.created_by.user_id });
  const [open, setOpen] = useState<Open>(null);
  const { data, error, refetch } = useQuery(recordsQuery(model.model_id));
  const items = data?.items ?? [];
  const newest = items.find(({ kind }) => kind === 'risk_record') ?? null;
  const close = () => setOpen(null);
  const made = async (record: ModelRecordSummary) => {
    await onChanged();
    setOpen({ record });
  };
  const buttons = mayMake && (
    <>
      <Button onClick={() => setOpen('bias')}>{t('make_bias')}</Button>
      <Button look="primary" onClick={() => setOpen('risk')}>
        <ShieldCheck size={16} aria-hidden />
        {t('make_risk')}
      </Button>
    </>
  );
  return (
    <Section title={t('records')} note={t('records_note')} actions={items.length > 0 && buttons}>
      {error ? (
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <SkeletonRows rows={3} className="h-16" />
      ) : items.length === 0 ? (
        <EmptyState icon={FileText} title={t('no_records')} action={buttons}>
          {t('no_records_text')}
        </EmptyState>
      ) : (
        <ul className={`${panelClass} divide-y divide-line`}>
          {items.map((record) => (
            <RecordLine key={record.record_id} record={record} onOpen={() => setOpen({ record })} />
          ))}
        </ul>
      )}
      {open === 'risk' && (
        <RiskPanel model={model} version={version} newest={newest} onClose={close} onMade={made} />
      )}
      {open === 'bias' && <BiasDialog model={model} version={version} onClose={close} onMade={made} />}
      {open !== null && typeof open === 'object' && (
        <RecordPanel summary={open.record} model={model} onClose={close} onChanged={onChanged} />
      )}
    </Section>
  );
}

function RecordLine({ record, onOpen }: { record: ModelRecordSummary; onOpen: () => void }) {
  const { t } = useTranslation('governance');
  const { kind, number, risk_class, verdict, missing, version_number, made_by, made_at, approved_by } =
    record;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <div className="min-w-0 flex-1 basis-56">
        <button type="button" onClick={onOpen} className="font-medium text-accent hover:underline">
          {t(`${kind}_number`, { number })}
        </button>
        <p className="text-small text-ink-soft">
          {t('record_by', { version: version_number, name: made_by.name ?? made_by.user_id })}{' '}
          <time dateTime={made_at} title={formatTime(made_at)}>
            {formatAgo(made_at)}
          </time>
        </p>
      </div>
      {risk_class !== null && <RiskClassMark of={risk_class} />}
      {verdict !== null && <VerdictMark verdict={verdict} />}
      {missing > 0 && <Badge tone="warning">{t('missing_count', { count: missing })}</Badge>}
      {approved_by !== null && (
        <Badge tone="good">{t('approved_by', { name: approved_by.name ?? approved_by.user_id })}</Badge>
      )}
    </li>
  );
}
