import type { Answer } from '@stroma/contracts';
import { useMutation } from '@tanstack/react-query';
import { CircleCheck, CircleDashed, CircleDot } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../components/badge.tsx';
import { Notice } from '../../components/notice.tsx';
import { ProvenanceButton } from '../../components/provenance/provenance-button.tsx';
import { client } from '../../lib/client.ts';
import { formatCount, formatDuration, formatPercent } from '../../lib/format.ts';
import { toast } from '../../lib/toasts.ts';
import { AddToBoard } from '../dashboards/add-to-board.tsx';

/** How sure, how made, how fast, and where from. */
export function AnswerFacts({ answer }: { answer: Answer }) {
  const { t } = useTranslation('ask');
  const { t: common } = useTranslation();
  const rows = answer.rows.length;
  const { sql } = answer;
  const again = useMutation({
    mutationFn: () => client.queries.sql({ body: { sql: sql ?? '', dataset_ids: answer.dataset_ids } }),
    onSuccess: (second) => toast(t(sameRows(answer, second) ? 'again_same' : 'again_different')),
    onError: (error) => toast(error.message, { tone: 'critical' }),
  });
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        {answer.kind === 'natural' && <Confidence value={answer.confidence} />}
        <span className="text-small text-ink-faint">
          {t(`by_${answer.answered_by}`)}
          {' · '}
          {t('meta', {
            rows: common('rows', { count: rows, shown: formatCount(rows) }),
            time: formatDuration(answer.execution_ms),
          })}
        </span>
        {answer.cached && <Badge>{t('cached')}</Badge>}
        {answer.stale && <Badge tone="warning">{t('stale')}</Badge>}
        <span className="ms-auto flex flex-wrap gap-2">
          {sql !== null && (
            <AddToBoard
              queryId={answer.query_id}
              title={answer.question ?? t('result')}
              chart={answer.chart?.type ?? null}
            />
          )}
          <ProvenanceButton
            id={answer.provenance_id ?? answer.query_id}
            onRunAgain={sql === null ? undefined : () => again.mutate()}
          />
        </span>
      </div>
      {answer.note && <Notice tone="plain">{answer.note}</Notice>}
    </div>
  );
}

/** Whether two answers hold the same rows; their order matters only where the SQL gives one. */
function sameRows(a: Answer, b: Answer): boolean {
  const sorted = ({ rows }: Answer) => rows.map((row) => JSON.stringify(row)).toSorted();
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function Confidence({ value }: { value: number }) {
  const { t } = useTranslation('ask');
  const [Icon, word, className] =
    value >= 0.8
      ? ([CircleCheck, 'confidence_high', 'text-good'] as const)
      : value >= 0.5
        ? ([CircleDot, 'confidence_medium', 'text-info'] as const)
        : ([CircleDashed, 'confidence_low', 'text-warning'] as const);
  return (
    <span
      className={`inline-flex items-center gap-1.5 font-medium ${className}`}
      title={t('confidence_title', { percent: formatPercent(value, 0) })}
    >
      <Icon size={16} aria-hidden />
      {t(word)}
    </span>
  );
}
