import type { ComplianceStandard, Language } from '@stroma/contracts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { Dialog, DialogContent } from '../../../components/dialog.tsx';
import { Field, Select } from '../../../components/field.tsx';

export const standards = ['hipaa', 'gdpr', 'soc2', 'part11'] as const satisfies ComplianceStandard[];
const spans = [30, 90, 365];
const dayMs = 86_400_000;

export interface Wish {
  standard: ComplianceStandard;
  period: { from: string; to: string };
  language: Language;
}

export function MakeDialog({ onMake, onClose }: { onMake: (wish: Wish) => void; onClose: () => void }) {
  const { t, i18n } = useTranslation('compliance');
  const [standard, setStandard] = useState<ComplianceStandard>('hipaa');
  const [days, setDays] = useState(90);
  const make = () => {
    const now = Date.now();
    onMake({
      standard,
      period: { from: new Date(now - days * dayMs).toISOString(), to: new Date(now).toISOString() },
      language: i18n.language.startsWith('de') ? 'de' : 'en',
    });
    onClose();
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent title={t('make')} description={t('make_text')}>
        <form
          className="grid grid-cols-1 gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            make();
          }}
        >
          <Field label={t('standard')}>
            {(props) => (
              <Select
                {...props}
                value={standard}
                onChange={({ target }) => setStandard(target.value as ComplianceStandard)}
              >
                {standards.map((each) => (
                  <option key={each} value={each}>
                    {t(`standard_${each}`)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field label={t('period')}>
            {(props) => (
              <Select {...props} value={days} onChange={({ target }) => setDays(Number(target.value))}>
                {spans.map((count) => (
                  <option key={count} value={count}>
                    {t('days', { count })}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <div className="flex justify-end">
            <Button type="submit" look="primary">
              {t('make')}
            </Button>
          </div>
        </form>
      </DialogContent>
    </Dialog>
  );
}
