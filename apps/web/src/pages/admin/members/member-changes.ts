import type { Member } from '@stroma/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { client } from '../../../lib/client.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { toast } from '../../../lib/toasts.ts';

/** Changes that are made with one click and can be taken back with one. */
export function useMemberChanges() {
  const { t } = useTranslation('admin');
  const { t: common } = useTranslation();
  const queryClient = useQueryClient();
  const refresh = () =>
    Promise.all([
      queryClient.invalidateQueries({ queryKey: queryKeys.members }),
      queryClient.invalidateQueries({ queryKey: queryKeys.roles }),
      queryClient.invalidateQueries({ queryKey: queryKeys.permissions }),
    ]);
  const run = async (work: () => Promise<unknown>, done: string, undo?: () => Promise<unknown>) => {
    try {
      await work();
      const takeBack = undo && { label: common('undo'), run: () => void run(undo, t('taken_back')) };
      toast(done, takeBack === undefined ? {} : { action: takeBack });
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error), { tone: 'critical' });
    }
    await refresh();
  };
  const params = ({ user_id }: Member) => ({ params: { id: user_id } });
  return {
    refresh,
    deactivate: (member: Member) =>
      void run(
        () => client.members.deactivate(params(member)),
        t('deactivated', { name: member.name }),
        () => client.members.reactivate(params(member)),
      ),
    reactivate: (member: Member) =>
      void run(
        () => client.members.reactivate(params(member)),
        t('reactivated', { name: member.name }),
        () => client.members.deactivate(params(member)),
      ),
    restore: (before: Member) => {
      const { role, clearance, sites, access_from, access_until } = before;
      return client.members.update({
        ...params(before),
        body: { role, clearance, sites, access_from, access_until },
      });
    },
    run,
  };
}
