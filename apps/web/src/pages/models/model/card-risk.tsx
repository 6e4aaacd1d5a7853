import type { ModelCard } from '@stroma/contracts';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { buttonClass } from '../../../components/button.tsx';
import { Facts } from '../../../components/facts.tsx';
import { panelClass, Section } from '../../../components/page.tsx';
import { RiskClassMark } from './governance/risk-class-mark.tsx';

/** What a version is for, what its limits are, and what its newest risk record says. */
export function CardRisk({ card }: { card: ModelCard }) {
  const { t } = useTranslation(['models', 'governance']);
  const { risk, model, version } = card;
  const said = [
    [t('intended_use'), risk?.intended_purpose ?? null],
    [t('limits'), risk?.limits ?? null],
  ] as const;
  return (
    <Section
      title={t('use_and_risk')}
      note={t('use_and_risk_note')}
      actions={
        <Link
          to="/models/$modelId"
          params={{ modelId: model.model_id }}
          search={{ tab: 'governance', version: version.number }}
          className={buttonClass({ size: 'small' })}
        >
          {t('to_governance')}
        </Link>
      }
    >
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
        <dl className={`${panelClass} grid gap-4 p-4`}>
          {said.map(([name, text]) => (
            <div key={name}>
              <dt className="text-small text-ink-soft">{name}</dt>
              <dd className={`whitespace-pre-line wrap-anywhere ${text === null ? 'text-ink-faint' : ''}`}>
                {text ?? t('nobody_said')}
              </dd>
            </div>
          ))}
        </dl>
        {risk === null ? (
          <p className={`${panelClass} p-4 text-ink-soft`}>{t('no_risk_record')}</p>
        ) : (
          <Facts
            facts={[
              [t('governance:risk_class'), <RiskClassMark key="class" of={risk.risk_class} />],
              [
                t('risk_record'),
                t(risk.version_number === version.number ? 'risk_record_number' : 'risk_record_of_other', {
                  number: risk.number,
                  version: risk.version_number,
                }),
              ],
              [t('risk_missing'), risk.missing === 0 ? t('nothing') : risk.missing],
              [
                t('risk_approved'),
                risk.approved_by === null
                  ? t('nobody_yet')
                  : (risk.approved_by.name ?? risk.approved_by.user_id),
              ],
              [
                t('record_hash'),
                <code key="hash" className="font-mono text-small text-ink-soft" title={risk.sha256}>
                  {risk.sha256.slice(0, 16)}…
                </code>,
              ],
            ]}
          />
        )}
      </div>
    </Section>
  );
}
