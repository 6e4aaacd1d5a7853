import type { ModelEvaluation } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';
import { Notice } from '../../../components/notice.tsx';
import { Section } from '../../../components/page.tsx';
import { formatNumber } from '../../../lib/format.ts';

const unlikely = 0.01;
const leastShare = 0.01;
const shownColumns = 6;

/** What a model was learned on from, and how far its rows are from those that one knew. */
export function BaseTold({ base, domain_shift: shift }: Pick<ModelEvaluation, 'base' | 'domain_shift'>) {
  const { t } = useTranslation('models');
  if (base === undefined) return null;
  const outside = (shift?.outside ?? [])
    .filter(({ share }) => share >= leastShare)
    .toSorted((a, b) => b.share - a.share)
    .slice(0, shownColumns)
    .map(({ column, share }) => `${column} ${formatNumber(100 * share, 2)} %`);
  const isOther = shift != null && shift.p_value < unlikely;
  return (
    <Section title={t('learned_on_from')} note={`${base.name} · ${t(`mode_${base.mode ?? 'frozen'}`)}`}>
      {shift != null && (
        <Notice tone={isOther ? 'warning' : 'info'} title={t('domain_shift')}>
          <p>{t(isOther ? 'shift_seen' : 'shift_unseen', { p: formatNumber(shift.p_value, 2) })}</p>
          {outside.length > 0 && <p>{t('shift_outside', { columns: outside.join(', ') })}</p>}
        </Notice>
      )}
    </Section>
  );
}
