import type { Model } from '@stroma/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { client } from '../../lib/client.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import { toast } from '../../lib/toasts.ts';

type Named = Pick<Model, 'model_id' | 'name'>;

/** Deletes at once and offers to undo it; a model in production stays, and the page says why. */
export function useDeleteModel() {
  const { t } = useTranslation('models');
  const { t: common } = useTranslation();
  const cache = useQueryClient();
  const onSettled = () => cache.invalidateQueries({ queryKey: queryKeys.models });
  const onError = (error: Error) => toast(error.message, { tone: 'critical' });
  const restore = useMutation({
    mutationFn: ({ model_id: id }: Named) => client.models.restore({ params: { id } }),
    onSuccess: ({ name }) => toast(t('model_restored', { name })),
    onError,
    onSettled,
  });
  const remove = useMutation({
    mutationFn: ({ model_id: id }: Named) => client.models.remove({ params: { id } }),
    onSuccess: (_, model) =>
      toast(t('model_deleted', { name: model.name }), {
        action: { label: common('undo'), run: () => restore.mutate(model) },
      }),
    onError,
    onSettled,
  });
  return { remove, restore };
}
