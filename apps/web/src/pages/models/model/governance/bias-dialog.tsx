import type { Model, ModelRecordSummary, ModelVersion } from '@stroma/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog, DialogContent } from '../../../../components/dialog.tsx';
import { Field, inputClass, Select } from '../../../../components/field.tsx';
import { FormEnd } from '../../../../components/form-end.tsx';
import { client } from '../../../../lib/client.ts';
import { formatMoment } from '../../../../lib/format.ts';
import { queryKeys } from '../../../../lib/query-keys.ts';

const areaClass = `${inputClass} h-auto py-1.5`;

/** A bias report from the newest fairness report, and one before a mitigation to hold it against. */
export function BiasDialog({
  model,
  version,
  onClose,
  onMade,
}: {
  model: Model;
  version: ModelVersion;
  onClose: () => void;
  onMade: (record: ModelRecordSummary) => Promise<unknown>;
}) {
  const { t } = useTranslation('governance');
  const [said, setSaid] = useState({ conclusion: '', limits: '', mitigation: '' });
  const [before, setBefore] = useState('');
  const params = { id: model.model_id };
  const { data: reports } = useQuery({
    queryKey: queryKeys.modelPart(model.model_id, 'fairness-reports'),
    queryFn: ({ signal }) =>
      client.modelReports.list({ params, query: { kind: 'fairness', limit: 50 }, signal }),
  });
  const own = reports?.items.find(({ number }) => number === version.number);
  const earlier =
    reports?.items.filter((each) => each !== own && each.told_sha256 === own?.told_sha256) ?? [];
  const make = useMutation({
    mutationFn: () =>
      client.modelGovernance.makeBiasReport({
        params: { ...params, number: version.number },
        body: { ...said, ...(before !== '' && { before_report_id: before }) },
      }),
    onSuccess: onMade,
  });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent title={t('make_bias')} description={t('make_bias_text', { number: version.number })}>
        <form
          className="grid grid-cols-1 gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            make.mutate();
          }}
        >
          {earlier.length > 0 && (
            <Field label={t('before')} hint={t('before_hint')}>
              {(field) => (
                <Select {...field} value={before} onChange={({ target }) => setBefore(target.value)}>
                  <option value="">{t('no_mitigation')}</option>
                  {earlier.map(({ report_id, number, created_at }) => (
                    <option key={report_id} value={report_id}>
                      {t('report_of', { number, time: formatMoment(created_at) })}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
          )}
          {(before === ''
            ? (['conclusion', 'limits'] as const)
            : (['mitigation', 'conclusion', 'limits'] as const)
          ).map((name) => (
            <Field key={name} label={t(`bias_${name}`)} hint={t(`bias_${name}_hint`)}>
              {(field) => (
                <textarea
                  {...field}
                  rows={3}
                  maxLength={4000}
                  value={said[name]}
                  onChange={({ target }) => setSaid((now) => ({ ...now, [name]: target.value }))}
                  className={areaClass}
                />
              )}
            </Field>
          ))}
          <FormEnd error={make.error} button={t('make')} disabled={make.isPending} onCancel={onClose} />
        </form>
      </DialogContent>
    </Dialog>
  );
}
