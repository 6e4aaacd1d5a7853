import type { ModelMonitor } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '../../../components/icon-button.tsx';
import { panelClass } from '../../../components/page.tsx';
import { client } from '../../../lib/client.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { usePermission, useSession } from '../../../lib/session.ts';
import { MemberPicker } from '../../admin/members/member-picker.tsx';

const mostTold = 20;

/** Who is written to when a rule fires or is over, beside the owner. */
export function RecipientFields({
  notify,
  known,
  onChange,
}: {
  notify: readonly string[];
  /** Whose names came with the monitor. */
  known: ModelMonitor['notified'];
  onChange: (notify: string[]) => void;
}) {
  const { t } = useTranslation('monitoring');
  const mayPick = usePermission('members:read');
  // Whoever saves is the owner from then on, who is told anyway.
  const own = useSession()?.user.user_id ?? '';
  return (
    <section className="grid grid-cols-1 gap-2">
      <h3 className="font-medium">{t('recipients')}</h3>
      <p className="text-small text-ink-faint">{t(mayPick ? 'recipients_hint' : 'recipients_not_shown')}</p>
      {notify.length > 0 && (
        <ul className={`${panelClass} divide-y divide-line`}>
          {notify.map((id) => (
            <li key={id} className="flex min-h-10 items-center gap-2 ps-3 pe-1">
              <Recipient id={id} known={known.find(({ user_id }) => user_id === id)?.name ?? null}>
                {(name) => (
                  <>
                    <span className="min-w-0 flex-1 wrap-anywhere">{name}</span>
                    <IconButton
                      icon={X}
                      label={t('remove_recipient', { name })}
                      onClick={() => onChange(notify.filter((each) => each !== id))}
                    />
                  </>
                )}
              </Recipient>
            </li>
          ))}
        </ul>
      )}
      {mayPick && notify.length < mostTold && (
        <MemberPicker
          key={notify.length}
          label={t('add_recipient')}
          value=""
          without={[own, ...notify]}
          onChange={(id) => onChange([...notify, id])}
        />
      )}
    </section>
  );
}

function Recipient({
  id,
  known,
  children,
}: {
  id: string;
  known: string | null;
  children: (name: string) => ReactNode;
}) {
  const { data } = useQuery({
    queryKey: queryKeys.memberList({ id }),
    queryFn: ({ signal }) => client.members.get({ params: { id }, signal }),
    enabled: known === null,
  });
  return children(known ?? data?.name ?? id);
}
