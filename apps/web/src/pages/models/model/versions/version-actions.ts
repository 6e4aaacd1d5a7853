import type { Model } from '@stroma/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { client } from '../../../../lib/client.ts';
import { queryKeys } from '../../../../lib/query-keys.ts';
import { toast } from '../../../../lib/toasts.ts';

/** What is done to a version at once, each with its way back. */
export function useVersionActions({ model_id: id }: Model) {
  const { t } = useTranslation('models');
  const { t: common } = useTranslation();
  const cache = useQueryClient();
  const onSettled = () => cache.invalidateQueries({ queryKey: queryKeys.models });
  const onError = (error: Error) => toast(error.message, { tone: 'critical' });
  const undo = (run: () => void) => ({ action: { label: common('undo'), run } });
  const restore = useMutation({
    mutationFn: (number: number) => client.models.restoreVersion({ params: { id, number } }),
    onSuccess: ({ number }) => toast(t('version_restored', { number })),
    onError,
    onSettled,
  });
  const remove = useMutation({
    mutationFn: (number: number) => client.models.removeVersion({ params: { id, number } }),
    onSuccess: (_, number) =>
      toast(
        t('version_deleted', { number }),
        undo(() => restore.mutate(number)),
      ),
    onError,
    onSettled,
  });
  const setAlias = useMutation({
    mutationFn: ({ alias, number }: { alias: string; number: number }) =>
      client.models.setAlias({ params: { id, alias }, body: { number } }),
    onSuccess: (_, { alias, number }) => toast(t('alias_set', { alias, number })),
    onError,
    onSettled,
  });
  const removeAlias = useMutation({
    mutationFn: ({ alias }: { alias: string; number: number }) =>
      client.models.removeAlias({ params: { id, alias } }),
    onSuccess: (_, was) =>
      toast(
        t('alias_removed', { alias: was.alias }),
        undo(() => setAlias.mutate(was)),
      ),
    onError,
    onSettled,
  });
  return { restore: restore.mutate, remove: remove.mutate, removeAlias: removeAlias.mutate };
}
