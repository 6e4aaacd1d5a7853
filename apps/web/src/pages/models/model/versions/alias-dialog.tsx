import type { Model, ModelVersion } from '@stroma/contracts';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmDialog } from '../../../../components/confirm-dialog.tsx';
import { Field, Input } from '../../../../components/field.tsx';
import { client } from '../../../../lib/client.ts';
import { toast } from '../../../../lib/toasts.ts';

/** As contracts have it; that schema would bring zod along. */
const fit = /^(?![vV]\d+$|latest$)[\w-]{1,250}$/;

/** A name programs ask for the version by: a new one, or one that moves here from another version. */
export function AliasDialog({
  model,
  version: { number },
  onClose,
  onDone,
}: {
  model: Model;
  version: ModelVersion;
  onClose: () => void;
  onDone: () => Promise<unknown>;
}) {
  const { t } = useTranslation('models');
  const listId = useId();
  const [alias, setAlias] = useState('');
  const from = model.aliases[alias];
  const unfit = alias !== '' && !fit.test(alias);
  const guarded = model.policy.guarded_aliases.includes(alias);
  const hints = [
    from !== undefined && t(from === number ? 'alias_here' : 'alias_moves', { from }),
    guarded && t('alias_guarded'),
  ].filter((each) => each !== false);
  const known = [...new Set([...Object.keys(model.aliases), ...model.policy.guarded_aliases])];
  return (
    <ConfirmDialog
      title={t('alias_title', { number })}
      text={t('alias_text')}
      button={t('give_alias')}
      ready={alias !== '' && !unfit && from !== number}
      run={async () => {
        await client.models.setAlias({ params: { id: model.model_id, alias }, body: { number } });
        toast(t('alias_set', { alias, number }));
        await onDone();
      }}
      onClose={onClose}
    >
      <Field label={t('alias')} hint={hints.join(' ')} error={unfit ? t('alias_unfit') : null}>
        {(field) => (
          <Input
            {...field}
            list={listId}
            required
            maxLength={250}
            spellCheck={false}
            autoComplete="off"
            value={alias}
            onChange={({ target }) => setAlias(target.value.trim())}
          />
        )}
      </Field>
      <datalist id={listId}>
        {known.map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
    </ConfirmDialog>
  );
}
