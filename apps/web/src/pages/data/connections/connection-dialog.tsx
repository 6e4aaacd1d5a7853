import { type DataConnection, type SourceKind, sourceKinds } from '@stroma/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { Dialog, DialogContent } from '../../../components/dialog.tsx';
import { Field, Input, inputClass, Select } from '../../../components/field.tsx';
import { ErrorNotice, Notice } from '../../../components/notice.tsx';
import { client } from '../../../lib/client.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { sendSourceFile } from './send-source-file.ts';
import { isShown, type SourceField, settingsOf, sourceFields, textsOf } from './source-fields.ts';

/** Makes or changes a connection: it is tested before it is kept, and what is wrong is said beside the fields. */
export function ConnectionDialog({
  present,
  onDone,
  onClose,
}: {
  present: DataConnection | null;
  onDone: (connection: DataConnection) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation('connections');
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent side title={t(present === null ? 'add' : 'edit')} description={t('form_about')}>
        <ConnectionForm present={present} onDone={onDone} />
      </DialogContent>
    </Dialog>
  );
}

function ConnectionForm({
  present,
  onDone,
}: {
  present: DataConnection | null;
  onDone: (connection: DataConnection) => void;
}) {
  const { t } = useTranslation('connections');
  const queryClient = useQueryClient();
  const [kind, setKind] = useState<SourceKind>(present?.settings.kind ?? 'postgresql');
  const [name, setName] = useState(present?.name ?? '');
  const [texts, setTexts] = useState(() => textsOf(kind, present));
  const [file, setFile] = useState<File | null>(null);
  const given = async () => {
    const kept = present?.settings.kind === 'sqlite' ? (present.settings.file_id ?? null) : null;
    const path = (texts.path ?? '').trim();
    const fileId = file !== null ? await sendSourceFile(file) : path === '' ? kept : null;
    return settingsOf(kind, texts, fileId);
  };
  const test = useMutation({
    mutationFn: async () =>
      client.connections.test({
        body: { ...(await given()), ...(present === null ? {} : { connection_id: present.connection_id }) },
      }),
  });
  const save = useMutation({
    mutationFn: async () => {
      const { settings, secrets } = await given();
      return present === null
        ? client.connections.create({ body: { name, settings, secrets } })
        : client.connections.update({
            params: { id: present.connection_id },
            body: { name, settings, ...(Object.keys(secrets).length > 0 && { secrets }) },
          });
    },
    onSuccess: async (connection) => {
      await queryClient.invalidateQueries({ queryKey: queryKeys.sources });
      onDone(connection);
    },
  });
  const change = (field: string, value: string) => {
    setTexts({ ...texts, [field]: value });
    test.reset();
    save.reset();
  };
  const busy = test.isPending || save.isPending;
  const error = save.error ?? test.error;
  return (
    <form
      className="grid grid-cols-1 gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Field label={t('name')}>
        {(props) => (
          <Input
            {...props}
            required
            maxLength={200}
            value={name}
            onChange={({ target }) => setName(target.value)}
          />
        )}
      </Field>
      <Field label={t('kind')}>
        {(props) => (
          <Select
            {...props}
            disabled={present !== null}
            value={kind}
            onChange={({ target }) => {
              const next = target.value as SourceKind;
              setKind(next);
              setTexts(textsOf(next, null));
              test.reset();
              save.reset();
            }}
          >
            {sourceKinds.map((each) => (
              <option key={each} value={each}>
                {t(`kind_${each}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
        {sourceFields[kind]
          .filter((field) => isShown(field, texts))
          .map((field) => (
            <div key={`${kind}-${field.name}`} className={wide.has(field.name) ? 'sm:col-span-2' : undefined}>
              <SourceFieldInput
                field={field}
                value={texts[field.name] ?? ''}
                kept={present?.secrets_set.some((secret) => secret === field.name) ?? false}
                onChange={(value) => change(field.name, value)}
                onFile={setFile}
              />
            </div>
          ))}
      </div>
      {error !== null ? (
        <ErrorNotice error={error} title={t('test_failed')} />
      ) : test.data === undefined ? null : (
        <div role="status">
          <Notice tone="info" title={t('test_passed')}>
            {t(test.data.encrypted ? 'answered_encrypted' : 'answered', {
              server: test.data.server,
              ms: test.data.elapsed_ms,
            })}
          </Notice>
        </div>
      )}
      <div className="flex flex-wrap justify-end gap-2">
        <Button disabled={busy} onClick={() => test.mutate()}>
          {t(test.isPending ? 'testing' : 'test')}
        </Button>
        <Button type="submit" look="primary" disabled={busy}>
          {t(save.isPending ? 'testing' : 'save')}
        </Button>
      </div>
    </form>
  );
}

/** Fields that take a whole line. */
const wide = new Set(['url', 'host', 'certificate', 'file', 'path', 'rows', 'endpoint', 'since_parameter']);

/** Names of fields that need a word more than their label. */
const hinted = new Set([
  'host',
  'tls',
  'certificate',
  'rows',
  'pointer',
  'since_parameter',
  'path',
  'prefix',
  'endpoint',
  'access_key',
  'url',
]);

function SourceFieldInput({
  field: { name, type, choices, optional },
  value,
  kept,
  onChange,
  onFile,
}: {
  field: SourceField;
  value: string;
  /** A secret that is there and not shown. */
  kept: boolean;
  onChange: (value: string) => void;
  onFile: (file: File | null) => void;
}) {
  const { t } = useTranslation('connections');
  const hint = kept ? t('secret_kept') : hinted.has(name) ? t(`hint_${name}` as 'hint_host') : undefined;
  return (
    <Field label={t(`field_${name}` as 'field_host')} hint={hint}>
      {(props) => {
        if (choices !== undefined)
          return (
            <Select {...props} value={value} onChange={({ target }) => onChange(target.value)}>
              {choices.map((choice) => (
                <option key={choice} value={choice}>
                  {t(`${name}_${choice}` as 'tls_verify')}
                </option>
              ))}
            </Select>
          );
        if (type === 'file')
          return (
            <input
              {...props}
              type="file"
              accept=".db,.sqlite,.sqlite3"
              onChange={({ target }) => onFile(target.files?.[0] ?? null)}
            />
          );
        if (type === 'lines')
          return (
            <textarea
              {...props}
              rows={3}
              value={value}
              onChange={({ target }) => onChange(target.value)}
              className={`${inputClass} h-auto py-1.5 font-mono`}
            />
          );
        return (
          <Input
            {...props}
            type={type ?? 'text'}
            autoComplete={type === 'password' ? 'new-password' : 'off'}
            spellCheck={false}
            required={optional !== true}
            value={value}
            onChange={({ target }) => onChange(target.value)}
          />
        );
      }}
    </Field>
  );
}
