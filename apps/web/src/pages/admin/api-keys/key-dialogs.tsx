import type { ApiKey, NewApiKey, Permission } from '@stroma/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { Dialog, DialogContent } from '../../../components/dialog.tsx';
import { Field, Select } from '../../../components/field.tsx';
import { ErrorNotice } from '../../../components/notice.tsx';
import { client } from '../../../lib/client.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { toast } from '../../../lib/toasts.ts';
import { KeyForm, type KeySettings } from './key-form.tsx';
import { SecretOnce } from './secret-once.tsx';

export type KeyTask =
  | { kind: 'create' }
  | { kind: 'edit'; key: ApiKey }
  | { kind: 'rotate'; key: ApiKey }
  /** `any`: somebody else's key, by an administrator. */
  | { kind: 'revoke'; key: ApiKey; any: boolean };

/** Whatever is being done to a key, in its dialog. */
export function KeyDialogs({ task, onClose }: { task: KeyTask | null; onClose: () => void }) {
  const { t } = useTranslation('apiKeys');
  const titles = {
    create: t('create'),
    edit: t('edit'),
    rotate: t('rotate_title'),
    revoke: task?.kind === 'revoke' ? t('revoke_title', { name: task.key.name }) : '',
  };
  const [made, setMade] = useState<NewApiKey | null>(null);
  const close = () => {
    setMade(null);
    onClose();
  };
  return (
    <Dialog open={task !== null} onOpenChange={(open) => open || close()}>
      {task === null ? null : (
        <DialogContent
          title={made === null ? titles[task.kind] : t('secret_title')}
          {...(task.kind === 'create' && made === null && { description: t('create_intro') })}
        >
          {made !== null ? (
            <SecretOnce
              secret={made.secret}
              text={t('secret_text')}
              copy={t('secret_copy')}
              done={t('secret_done')}
              onDone={close}
            />
          ) : task.kind === 'create' ? (
            <Create onMade={setMade} />
          ) : task.kind === 'edit' ? (
            <Edit present={task.key} onDone={close} />
          ) : task.kind === 'rotate' ? (
            <Rotate present={task.key} onMade={setMade} />
          ) : (
            <Revoke present={task.key} any={task.any} onDone={close} />
          )}
        </DialogContent>
      )}
    </Dialog>
  );
}

function useReload() {
  const queryClient = useQueryClient();
  return () => void queryClient.invalidateQueries({ queryKey: queryKeys.apiKeys });
}

const scopesOf = (settings: KeySettings) => settings.scopes as Permission[];

function Create({ onMade }: { onMade: (made: NewApiKey) => void }) {
  const reload = useReload();
  const create = useMutation({
    mutationFn: (settings: KeySettings) =>
      client.apiKeys.create({ body: { ...settings, scopes: scopesOf(settings) } }),
    onSuccess: (made) => {
      reload();
      onMade(made);
    },
  });
  return <KeyForm present={null} busy={create.isPending} error={create.error} onSubmit={create.mutate} />;
}

function Edit({ present, onDone }: { present: ApiKey; onDone: () => void }) {
  const { t } = useTranslation('apiKeys');
  const reload = useReload();
  const edit = useMutation({
    mutationFn: (settings: KeySettings) =>
      client.apiKeys.update({
        params: { id: present.key_id },
        body: { ...settings, scopes: scopesOf(settings) },
      }),
    onSuccess: () => {
      reload();
      toast(t('saved'));
      onDone();
    },
  });
  return <KeyForm present={present} busy={edit.isPending} error={edit.error} onSubmit={edit.mutate} />;
}

const overlaps = [0, 1, 24, 168] as const;

function Rotate({ present, onMade }: { present: ApiKey; onMade: (made: NewApiKey) => void }) {
  const { t } = useTranslation('apiKeys');
  const reload = useReload();
  const [hours, setHours] = useState(24);
  const rotate = useMutation({
    mutationFn: () =>
      client.apiKeys.rotate({ params: { id: present.key_id }, body: { overlap_hours: hours } }),
    onSuccess: (made) => {
      reload();
      onMade(made);
    },
  });
  const said = (count: number) =>
    count === 0
      ? t('overlap_none')
      : count < 48
        ? t('overlap_hours', { count })
        : t('overlap_days', { count: count / 24 });
  return (
    <div className="grid gap-4">
      <p className="text-ink-soft">{t('rotate_text')}</p>
      <Field label={t('overlap')}>
        {(field) => (
          <Select {...field} value={hours} onChange={({ target }) => setHours(Number(target.value))}>
            {overlaps.map((each) => (
              <option key={each} value={each}>
                {said(each)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {rotate.error ? <ErrorNotice error={rotate.error} /> : null}
      <div className="flex justify-end">
        <Button look="primary" disabled={rotate.isPending} onClick={() => rotate.mutate()}>
          {t('rotate')}
        </Button>
      </div>
    </div>
  );
}

function Revoke({ present, any, onDone }: { present: ApiKey; any: boolean; onDone: () => void }) {
  const { t } = useTranslation('apiKeys');
  const reload = useReload();
  const revoke = useMutation({
    mutationFn: () => {
      const input = { params: { id: present.key_id } };
      return any ? client.apiKeys.revokeAny(input) : client.apiKeys.revoke(input);
    },
    onSuccess: () => {
      reload();
      toast(t('revoked'));
      onDone();
    },
  });
  return (
    <div className="grid gap-4">
      <p className="text-ink-soft">{t('revoke_text')}</p>
      {revoke.error ? <ErrorNotice error={revoke.error} /> : null}
      <div className="flex justify-end gap-2">
        <Button onClick={onDone}>{t('cancel')}</Button>
        <Button look="danger" disabled={revoke.isPending} onClick={() => revoke.mutate()}>
          {t('revoke')}
        </Button>
      </div>
    </div>
  );
}
