import type { FairnessMitigation, ModelFairness } from '@stroma/contracts';
import { Download } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../../components/button.tsx';
import { Field, Select } from '../../../../components/field.tsx';
import { Notice } from '../../../../components/notice.tsx';
import { Section } from '../../../../components/page.tsx';
import { cellClass, numberClass, PlainTable } from '../../../../components/plain-table.tsx';
import { formatCount, formatNumber } from '../../../../lib/format.ts';
import { fileStem, saveFile } from '../../../../lib/table-export.ts';
import { groupName, VerdictMark } from './report-marks.tsx';

type Proposal = FairnessMitigation['thresholds'][number];

const start = `${cellClass} text-start`;

/** What thresholds of groups, or weights in training, would change. Nothing of it is applied. */
export function Mitigation({ fairness, of }: { fairness: ModelFairness; of: FairnessMitigation }) {
  const { t } = useTranslation('models');
  const [criterion, setCriterion] = useState(of.thresholds[0]?.criterion ?? null);
  const shown = of.thresholds.find((own) => own.criterion === criterion) ?? null;
  const stem = fileStem(`${t('mitigation_file')} ${fairness.number}`);
  const { report_id, model_id, version_id, number, dataset_id, dataset_version_id } = fairness;
  const about = { report_id, model_id, version_id, number, dataset_id, dataset_version_id };
  return (
    <Section
      title={t('mitigation')}
      note={t('mitigation_note')}
      actions={
        <Button
          size="small"
          onClick={() =>
            saveFile(
              `${stem}.json`,
              JSON.stringify({ ...about, mitigation: of }, null, 2),
              'application/json',
            )
          }
        >
          <Download size={14} aria-hidden />
          {t('mitigation_export')}
        </Button>
      }
    >
      <div className="grid grid-cols-1 gap-6">
        <Notice tone="warning" title={t('mitigation_law')}>
          {t('mitigation_law_text')}
        </Notice>
        {shown === null ? (
          <Notice tone="plain" title={t('no_thresholds')}>
            {of.not_told}
          </Notice>
        ) : (
          <div className="grid grid-cols-1 gap-4">
            <div className="w-64 max-w-full">
              <Field label={t('mitigation_criterion')}>
                {(field) => (
                  <Select
                    {...field}
                    value={shown.criterion}
                    onChange={({ target }) => setCriterion(target.value as Proposal['criterion'])}
                  >
                    {of.thresholds.map(({ criterion: value }) => (
                      <option key={value} value={value}>
                        {t(`criterion_${value}`)}
                      </option>
                    ))}
                  </Select>
                )}
              </Field>
            </div>
            <Accuracy accuracy={shown.accuracy} />
            <div className="grid grid-cols-1 items-start gap-4 xl:grid-cols-2">
              <Changes changes={shown.changes} />
              <Rules proposal={shown} />
            </div>
          </div>
        )}
        <Weights weights={of.weights} />
      </div>
    </Section>
  );
}

const between = ({ value, low, high }: { value: number; low: number; high: number }) => (
  <>
    {formatNumber(value, 3)}
    <span className="block text-small text-ink-faint">
      {formatNumber(low, 2)} – {formatNumber(high, 2)}
    </span>
  </>
);

function Accuracy({ accuracy: { before, after } }: Pick<Proposal, 'accuracy'>) {
  const { t } = useTranslation('models');
  if (before === null || after === null) return null;
  return (
    <p>
      {t('mitigation_accuracy', {
        before: formatNumber(before.value, 3),
        after: formatNumber(after.value, 3),
      })}
    </p>
  );
}

function Changes({ changes }: Pick<Proposal, 'changes'>) {
  const { t } = useTranslation('models');
  return (
    <PlainTable
      label={t('before_after')}
      headings={[
        { label: t('criterion'), className: start },
        { label: t('before_word'), className: numberClass },
        { label: t('after_word'), className: numberClass },
        { label: t('state_after'), className: `${numberClass} max-sm:hidden` },
      ]}
    >
      {changes.map(({ columns, criterion, before, after }) => (
        <tr key={`${columns.join()} ${criterion}`}>
          <td className={start}>
            {t(`criterion_${criterion}` as 'criterion_calibration')}
            <span className="block text-small text-ink-faint">{columns.join(' × ')}</span>
          </td>
          <td className={numberClass}>{between(before)}</td>
          <td className={numberClass}>{between(after)}</td>
          <td className={`${numberClass} max-sm:hidden`}>
            <VerdictMark verdict={after.verdict} />
          </td>
        </tr>
      ))}
    </PlainTable>
  );
}

function Rules({ proposal: { rules, otherwise } }: { proposal: Proposal }) {
  const { t } = useTranslation('models');
  return (
    <div className="grid grid-cols-1 gap-2">
      <PlainTable
        label={t('thresholds')}
        headings={[
          { label: t('group'), className: start },
          { label: t('rows'), className: numberClass },
          { label: t('selected_from'), className: numberClass },
        ]}
      >
        {rules.map(({ group, rows, from }) => (
          <tr key={groupName(group)}>
            <td className={start}>{groupName(group)}</td>
            <td className={numberClass}>{formatCount(rows)}</td>
            <td className={numberClass}>{from === null ? t('never_selected') : formatNumber(from, 3)}</td>
          </tr>
        ))}
      </PlainTable>
      <p className="text-small text-ink-faint">{t('thresholds_otherwise', { threshold: otherwise })}</p>
    </div>
  );
}

function Weights({ weights }: Pick<FairnessMitigation, 'weights'>) {
  const { t } = useTranslation('models');
  return (
    <div className="grid grid-cols-1 gap-2">
      <h3 className="font-medium">{t('weights')}</h3>
      <p className="text-ink-soft">{t('weights_note')}</p>
      <PlainTable
        label={t('weights')}
        headings={[
          { label: t('group'), className: start },
          { label: t('class'), className: start },
          { label: t('rows'), className: numberClass },
          { label: t('weight'), className: numberClass },
        ]}
      >
        {weights.map(({ group, label, rows, factor }) => (
          <tr key={`${groupName(group)} ${label}`}>
            <td className={start}>{groupName(group)}</td>
            <td className={start}>{label}</td>
            <td className={numberClass}>{formatCount(rows)}</td>
            <td className={numberClass}>{formatNumber(factor, 3)}</td>
          </tr>
        ))}
      </PlainTable>
    </div>
  );
}
