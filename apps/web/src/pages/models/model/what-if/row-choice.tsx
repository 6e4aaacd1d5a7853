import type { ModelEvaluation, PredictionRow } from '@stroma/contracts';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../../components/button.tsx';
import { Input } from '../../../../components/field.tsx';
import { client } from '../../../../lib/client.ts';
import { toast } from '../../../../lib/toasts.ts';

/** Takes a row of the dataset the model learned from, as the person may see it. */
export function RowChoice({
  evaluation: { dataset, signature },
  onRow,
}: {
  evaluation: ModelEvaluation;
  onRow: (row: PredictionRow) => void;
}) {
  const { t } = useTranslation('models');
  const [row, setRow] = useState(1);
  const take = useMutation({
    mutationFn: () =>
      client.datasets.preview({
        params: { id: dataset.dataset_id },
        query: { version_id: dataset.version_id, offset: row - 1, limit: 1 },
      }),
    onSuccess: ({ columns, rows: [found] }) => {
      if (found === undefined) return toast(t('no_such_row', { row }), { tone: 'critical' });
      const cells = signature.map(({ name }) => {
        const value = found[columns.findIndex((each) => each.name === name)] ?? null;
        return [name, typeof value === 'object' ? null : value] as const;
      });
      onRow(Object.fromEntries(cells));
    },
    onError: (error) => toast(error.message, { tone: 'critical' }),
  });
  return (
    <form
      className="flex items-center gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        take.mutate();
      }}
    >
      <Input
        type="number"
        aria-label={t('row_number')}
        min={1}
        required
        value={Number.isNaN(row) ? '' : row}
        onChange={({ target }) => setRow(target.valueAsNumber)}
        className="h-7! w-20!"
      />
      <Button type="submit" size="small" disabled={take.isPending}>
        {t('take_row')}
      </Button>
    </form>
  );
}
