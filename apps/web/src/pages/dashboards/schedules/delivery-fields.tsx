import { useTranslation } from 'react-i18next';
import { Field, Input } from '../../../components/field.tsx';

/** As typed: addresses with spaces or commas between. */
export interface Delivering {
  mail: string;
  webhook: string;
}

export const deliveryOf = ({ mail, webhook }: Delivering) => ({
  mail: mail.split(/[\s,;]+/).filter((each) => each !== ''),
  webhook: webhook.trim() === '' ? null : webhook.trim(),
});

export function DeliveryFields({
  value,
  onChange,
}: {
  value: Delivering;
  onChange: (value: Delivering) => void;
}) {
  const { t } = useTranslation('leaving');
  return (
    <>
      <Field label={t('mail_to')} hint={t('mail_hint')}>
        {(field) => (
          <Input
            {...field}
            value={value.mail}
            onChange={({ target }) => onChange({ ...value, mail: target.value })}
          />
        )}
      </Field>
      <Field label={t('webhook')} hint={t('webhook_hint')}>
        {(field) => (
          <Input
            {...field}
            type="url"
            placeholder="https://"
            value={value.webhook}
            onChange={({ target }) => onChange({ ...value, webhook: target.value })}
          />
        )}
      </Field>
    </>
  );
}
