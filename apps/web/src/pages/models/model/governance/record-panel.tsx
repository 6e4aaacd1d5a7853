import {
  annexFourPoints,
  type Model,
  type ModelRecord,
  type ModelRecordSummary,
  type RiskRecord,
  riskQuestionNames,
  riskQuestions,
} from '@stroma/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../../components/button.tsx';
import { Dialog, DialogContent } from '../../../../components/dialog.tsx';
import { ErrorNotice, Notice } from '../../../../components/notice.tsx';
import { Section } from '../../../../components/page.tsx';
import { ProvenanceButton } from '../../../../components/provenance/provenance-button.tsx';
import { SignatureList } from '../../../../components/signatures/signature-list.tsx';
import { SkeletonRows } from '../../../../components/skeleton.tsx';
import { client } from '../../../../lib/client.ts';
import { usePermission, useSession } from '../../../../lib/session.ts';
import { fileStem, saveFile } from '../../../../lib/table-export.ts';
import { toast } from '../../../../lib/toasts.ts';
import { VerdictMark } from '../reports/report-marks.tsx';
import { BiasFigures } from './bias-figures.tsx';
import { recordQuery } from './governance-queries.ts';
import { RiskClassMark } from './risk-class-mark.tsx';
import { RiskFacts, RiskHazards } from './risk-facts.tsx';

/** One risk record or bias report: what it says, what is missing, who signed it and stands for it, and as a file. */
export function RecordPanel({
  summary,
  model,
  onClose,
  onChanged,
}: {
  summary: ModelRecordSummary;
  model: Model;
  onClose: () => void;
  onChanged: () => Promise<unknown>;
}) {
  const { t } = useTranslation('governance');
  const { data, error, refetch } = useQuery(recordQuery(model.model_id, summary.record_id));
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        side
        title={t(`${summary.kind}_number`, { number: summary.number })}
        description={t(`${summary.kind}_notice`)}
      >
        {error ? (
          <ErrorNotice error={error} onRetry={() => void refetch()} />
        ) : data === undefined ? (
          <SkeletonRows rows={8} />
        ) : (
          <Shown record={data} model={model} onChanged={onChanged} />
        )}
      </DialogContent>
    </Dialog>
  );
}

function Shown({
  record,
  model,
  onChanged,
}: {
  record: ModelRecord;
  model: Model;
  onChanged: () => Promise<unknown>;
}) {
  const { t } = useTranslation('governance');
  const { document, record_id } = record;
  return (
    <div className="grid grid-cols-1 gap-8">
      <div className="flex flex-wrap items-center gap-2">
        {record.risk_class !== null && <RiskClassMark of={record.risk_class} />}
        {record.verdict !== null && <VerdictMark verdict={record.verdict} />}
        <ProvenanceButton id={record.provenance_id} size="small" />
        <span className="flex-1" />
        <Files record={record} />
      </div>
      {!record.seal_valid && <Notice tone="critical" title={t('seal_broken')} />}
      <Missing document={document} />
      {document.kind === 'risk_record' ? <Risk record={document} /> : <BiasFigures report={document} />}
      <Section title={t('signatures')}>
        <div className="grid gap-4">
          <SignatureList object={{ kind: 'model_record', id: record_id }} signing />
          <Approval record={record} model={model} onChanged={onChanged} />
        </div>
      </Section>
    </div>
  );
}

/** Statements nobody made stand where they would be; here they are one line. */
function Missing({ document }: Pick<ModelRecord, 'document'>) {
  const { t } = useTranslation('governance');
  const { missing, kind } = document;
  const gaps = missing.filter((gap) => gap.missing !== 'answer');
  const statements = missing.length - gaps.length;
  if (missing.length === 0) return null;
  return (
    <Notice tone="warning" title={t('missing_count', { count: missing.length })}>
      <ul className="list-disc ps-4">
        {gaps.map((gap) => (
          <li key={`${gap.missing} ${gap.about ?? ''}`} className="wrap-anywhere">
            {gap.point !== null && kind === 'risk_record' ? `${t('point', { point: gap.point })}: ` : ''}
            {t(`gap_${gap.missing}` as 'gap_class')}
            {gap.about === null ? '' : `: ${gap.about}`}
          </li>
        ))}
        {statements > 0 && <li>{t('missing_statements', { count: statements })}</li>}
      </ul>
    </Notice>
  );
}

function Files({ record }: { record: ModelRecord }) {
  const { t, i18n } = useTranslation('governance');
  const language = i18n.language === 'de' ? 'de' : 'en';
  const given = { params: { id: record.record_id }, query: { language } } as const;
  const stem = fileStem(`${record.document.system.name} ${record.kind} ${record.number}`);
  const load = (url: string) => window.location.assign(url);
  return (
    <span className="flex flex-wrap gap-2">
      <Button size="small" onClick={() => load(client.modelGovernance.pdf.url(given))}>
        <Download size={14} aria-hidden />
        PDF
      </Button>
      <Button size="small" onClick={() => load(client.modelGovernance.markdown.url(given))}>
        Markdown
      </Button>
      <Button
        size="small"
        aria-label={t('json')}
        onClick={() => saveFile(`${stem}.json`, JSON.stringify(record, null, 2), 'application/json')}
      >
        JSON
      </Button>
    </span>
  );
}

function Approval({
  record,
  model,
  onChanged,
}: {
  record: ModelRecord;
  model: Model;
  onChanged: () => Promise<unknown>;
}) {
  const { t } = useTranslation('governance');
  const me = useSession()?.user.user_id;
  const mayPromote = usePermission('models:promote', { ownerId: model.created_by.user_id });
  const approve = useMutation({
    mutationFn: () => client.modelGovernance.approve({ params: { id: record.record_id } }),
    onSuccess: async () => {
      toast(t('approved'));
      await onChanged();
    },
  });
  if (record.approved_by !== null)
    return <p>{t('approved_by', { name: record.approved_by.name ?? record.approved_by.user_id })}</p>;
  if (record.made_by.user_id === me) return <p className="text-ink-soft">{t('own_record')}</p>;
  if (!mayPromote) return null;
  return (
    <div className="grid justify-items-start gap-2">
      <p className="text-ink-soft">{t('approve_text')}</p>
      {approve.error && <ErrorNotice error={approve.error} />}
      <Button disabled={approve.isPending} onClick={() => approve.mutate()}>
        {t('approve')}
      </Button>
    </div>
  );
}

function Risk({ record }: { record: RiskRecord }) {
  const { t } = useTranslation('governance');
  const { classification, basis, answers } = record;
  return (
    <>
      <Section title={t('classification')}>
        <ul className="list-disc ps-4">
          {basis.map(({ article, because }) => (
            <li key={`${article} ${because}`}>
              {t('article', { article })}: {t(`because_${because}` as 'because_scope_open')}
            </li>
          ))}
        </ul>
        <p className="mt-2 text-ink-soft">{classification.reasons || t('not_stated')}</p>
      </Section>
      {annexFourPoints.map((point) => (
        <Section key={point} title={t(`point_${point}`)}>
          <div className="grid grid-cols-1 gap-4">
            {riskQuestionNames
              .filter((name) => riskQuestions[name].point === point)
              .map((name) => (
                <div key={name}>
                  <h3 className="font-medium">{t(`q_${name}`)}</h3>
                  <p className="whitespace-pre-line text-ink-soft wrap-anywhere">
                    {answers[name] || t('not_stated')}
                  </p>
                </div>
              ))}
            {point === '5' && <RiskHazards hazards={record.hazards} />}
            <RiskFacts facts={record.facts.filter((fact) => fact.point === point)} />
          </div>
        </Section>
      ))}
    </>
  );
}
