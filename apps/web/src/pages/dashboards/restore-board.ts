import { useMutation, useQueryClient } from '@tanstack/react-query';
import i18next from 'i18next';
import { client } from '../../lib/client.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import { toast } from '../../lib/toasts.ts';

export function useRestoreBoard() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => client.dashboards.restore({ params: { id } }),
    onSuccess: ({ name }) => toast(i18next.t('dashboards:board_restored', { name })),
    onError: (error) => toast(error.message, { tone: 'critical' }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: queryKeys.boards }),
  });
}
