import type { Dataset } from '@stroma/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Pencil } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogContent, DialogTrigger } from '../../components/dialog.tsx';
import { Field, Input } from '../../components/field.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { client } from '../../lib/client.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import { usePermission } from '../../lib/session.ts';

export function RenameButton({ dataset }: { dataset: Dataset }) {
  const { t } = useTranslation('dataset');
  const allowed = usePermission('datasets:write', { ownerId: dataset.created_by });
  const queryClient = useQueryClient();
  const [open, setOpen] = useState(false);
  const [name, setName] = useState(dataset.name);
  const rename = useMutation({
    mutationFn: () => client.datasets.update({ params: { id: dataset.dataset_id }, body: { name } }),
    onSuccess: (changed) => {
      queryClient.setQueryData(queryKeys.dataset(dataset.dataset_id), changed);
      void queryClient.invalidateQueries({ queryKey: queryKeys.datasets });
      setOpen(false);
    },
  });
  if (!allowed) return null;
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        setOpen(next);
        setName(dataset.name);
        rename.reset();
      }}
    >
      <DialogTrigger asChild>
        <button
          type="button"
          aria-label={t('rename')}
          className="grid size-8 place-items-center rounded-md text-ink-faint hover:bg-hover hover:text-ink"
        >
          <Pencil size={14} aria-hidden />
        </button>
      </DialogTrigger>
      <DialogContent title={t('rename_title')}>
        <form
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            rename.mutate();
          }}
        >
          <Field label={t('rename_label')}>
            {(field) => (
              <Input
                {...field}
                required
                maxLength={200}
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Field>
          {rename.error && <ErrorNotice error={rename.error} />}
          <Button type="submit" look="primary" disabled={rename.isPending} className="justify-self-end">
            {t('rename_save')}
          </Button>
        </form>
      </DialogContent>
    </Dialog>
  );
}
