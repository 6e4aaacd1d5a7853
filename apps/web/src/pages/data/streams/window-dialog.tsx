import { type Topic, type WindowKind, windowKinds } from '@stroma/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog, DialogContent } from '../../../components/dialog.tsx';
import { Field, Input, inputClass, Select } from '../../../components/field.tsx';
import { FormEnd } from '../../../components/form-end.tsx';
import { client } from '../../../lib/client.ts';
import { queryKeys } from '../../../lib/query-keys.ts';

const example = 'SELECT window_start, window_end, count(*) AS events\nFROM events\nGROUP BY ALL';

export function WindowDialog({ topic, onClose }: { topic: Topic; onClose: () => void }) {
  const { t } = useTranslation('streams');
  const queryClient = useQueryClient();
  const [name, setName] = useState('');
  const [kind, setKind] = useState<WindowKind>('tumbling');
  const [size, setSize] = useState('60');
  const [slide, setSlide] = useState('10');
  const [lateness, setLateness] = useState('5');
  const [sql, setSql] = useState(example);
  const create = useMutation({
    mutationFn: () =>
      client.streams.createWindow({
        params: { id: topic.topic_id },
        body: {
          name,
          kind,
          size_seconds: Number(size),
          ...(kind === 'sliding' ? { slide_seconds: Number(slide) } : {}),
          lateness_seconds: Number(lateness),
          sql,
        },
      }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: queryKeys.topicWindows(topic.topic_id) });
      onClose();
    },
  });
  const number = (label: string, value: string, change: (value: string) => void, min: number) => (
    <Field label={label}>
      {(props) => (
        <Input
          {...props}
          type="number"
          required
          min={min}
          max={604_800}
          value={value}
          onChange={({ target }) => change(target.value)}
        />
      )}
    </Field>
  );
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent side title={t('add_window')} description={t('no_windows')}>
        <form
          className="grid grid-cols-1 gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            create.mutate();
          }}
        >
          <Field label={t('name')}>
            {(props) => (
              <Input
                {...props}
                required
                maxLength={100}
                value={name}
                onChange={({ target }) => setName(target.value)}
              />
            )}
          </Field>
          <Field label={t('window_kind')}>
            {(props) => (
              <Select {...props} value={kind} onChange={({ target }) => setKind(target.value as WindowKind)}>
                {windowKinds.map((each) => (
                  <option key={each} value={each}>
                    {t(`kind_${each}`)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          {number(t(kind === 'session' ? 'gap_seconds' : 'size_seconds'), size, setSize, 1)}
          {kind === 'sliding' && number(t('slide_seconds'), slide, setSlide, 1)}
          {number(t('lateness_seconds'), lateness, setLateness, 0)}
          <Field label={t('window_sql')}>
            {(props) => (
              <textarea
                {...props}
                required
                rows={6}
                spellCheck={false}
                maxLength={20_000}
                value={sql}
                onChange={({ target }) => setSql(target.value)}
                className={`${inputClass} h-auto py-1.5 font-mono`}
              />
            )}
          </Field>
          <FormEnd
            error={create.error}
            button={t('create_window')}
            disabled={create.isPending}
            onCancel={onClose}
          />
        </form>
      </DialogContent>
    </Dialog>
  );
}
