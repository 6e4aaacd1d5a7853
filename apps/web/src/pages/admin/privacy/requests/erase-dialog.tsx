import type { ErasureDecisions, ErasurePlan } from '@stroma/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Field, Input } from '../../../../components/field.tsx';
import { client } from '../../../../lib/client.ts';
import { queryKeys } from '../../../../lib/query-keys.ts';
import { FormDialog } from '../form-dialog.tsx';

/** The last question, with proof of who answers it. */
export function EraseDialog({
  plan,
  decisions,
  onClose,
}: {
  plan: ErasurePlan;
  decisions: ErasureDecisions;
  onClose: () => void;
}) {
  const { t } = useTranslation('privacy');
  const queries = useQueryClient();
  const [secret, setSecret] = useState('');
  const erase = async () => {
    const isCode = /^\d{3}\s?\d{3}$/.test(secret.trim());
    await client.erasures.erase({
      params: { id: plan.request_id },
      body: {
        plan_sha256: plan.plan_sha256,
        decisions,
        ...(isCode ? { code: secret.trim() } : { password: secret }),
      },
    });
    await queries.invalidateQueries({ queryKey: queryKeys.subjectRequests });
    await queries.invalidateQueries({ queryKey: ['privacy', 'erasures'] });
  };
  return (
    <FormDialog
      title={t('erase_title')}
      text={t('erase_confirm')}
      button={t('erase_now')}
      danger
      ready={secret !== ''}
      run={erase}
      onClose={onClose}
    >
      <Field label={t('proof')}>
        {(props) => (
          <Input
            {...props}
            type="password"
            autoComplete="current-password"
            value={secret}
            onChange={({ target }) => setSecret(target.value)}
          />
        )}
      </Field>
    </FormDialog>
  );
}
