import type { Member } from '@stroma/contracts';
import { Link } from '@tanstack/react-router';
import clsx from 'clsx';
import { Ellipsis, HelpCircle, Pencil, UserRoundCheck, UserRoundMinus, UserRoundX } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../components/badge.tsx';
import { Button } from '../../../components/button.tsx';
import { Dialog, DialogContent } from '../../../components/dialog.tsx';
import {
  Menu,
  MenuContent,
  MenuItem,
  MenuLabel,
  MenuSeparator,
  MenuTrigger,
} from '../../../components/menu.tsx';
import { panelClass } from '../../../components/page.tsx';
import { formatAgo, formatTime } from '../../../lib/format.ts';
import { usePermission } from '../../../lib/session.ts';
import { useMemberChanges } from './member-changes.ts';

const cell = 'px-4 py-2 text-start align-middle';

export function MemberTable({
  members,
  onEdit,
}: {
  members: readonly Member[];
  onEdit: (member: Member) => void;
}) {
  const { t } = useTranslation('admin');
  const [leaving, setLeaving] = useState<Member | null>(null);
  return (
    <div className={`${panelClass} relative overflow-x-auto`}>
      <table className="w-full border-collapse">
        <thead>
          <tr className="border-b border-line text-small text-ink-soft">
            <th className={cell}>{t('member')}</th>
            <th className={cell}>{t('role')}</th>
            <th className={clsx(cell, 'hidden xl:table-cell')}>{t('limits')}</th>
            <th className={clsx(cell, 'hidden md:table-cell')}>{t('last_seen')}</th>
            <th className={cell}>
              <span className="sr-only">{t('actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {members.map((member) => (
            <tr key={member.user_id} className={clsx(member.status === 'deactivated' && 'text-ink-faint')}>
              <td className={cell}>
                <span className="flex flex-wrap items-center gap-x-2">
                  <span className="font-medium">{member.name}</span>
                  {member.status === 'deactivated' && <Badge>{t('status_deactivated')}</Badge>}
                </span>
                <span className="block text-small wrap-anywhere text-ink-soft">{member.email}</span>
              </td>
              <td className={cell}>{member.role_name}</td>
              <td className={clsx(cell, 'hidden xl:table-cell')}>
                <Limits member={member} />
              </td>
              <td className={clsx(cell, 'hidden whitespace-nowrap md:table-cell')}>
                {member.last_seen_at === null ? (
                  <span className="text-ink-faint">{t('never')}</span>
                ) : (
                  <time dateTime={member.last_seen_at} title={formatTime(member.last_seen_at)}>
                    {formatAgo(member.last_seen_at)}
                  </time>
                )}
              </td>
              <td className={clsx(cell, 'w-12 text-end')}>
                <Actions member={member} onEdit={onEdit} onRemove={setLeaving} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <RemoveDialog member={leaving} onClose={() => setLeaving(null)} />
    </div>
  );
}

/** What narrows this member's role. */
function Limits({ member }: { member: Member }) {
  const { t } = useTranslation('admin');
  const { clearance, sites, projects, access_from, access_until } = member;
  const limits = [
    clearance !== null && t('limit_clearance', { clearance: t(`clearance_${clearance}`) }),
    sites !== null && t('limit_sites', { sites: sites.join(', ') }),
    projects.length > 0 && t('limit_projects', { projects: projects.map(({ name }) => name).join(', ') }),
    access_from !== null && t('limit_from', { day: formatTime(access_from) }),
    access_until !== null && t('limit_until', { day: formatTime(access_until) }),
  ].filter((each) => each !== false);
  if (limits.length === 0) return <span className="text-ink-faint">{t('no_limits')}</span>;
  return <span className="text-small">{limits.join(' · ')}</span>;
}

function Actions({
  member,
  onEdit,
  onRemove,
}: {
  member: Member;
  onEdit: (member: Member) => void;
  onRemove: (member: Member) => void;
}) {
  const { t } = useTranslation('admin');
  const { deactivate, reactivate } = useMemberChanges();
  const maySeeRoles = usePermission('roles:read');
  const mayReview = usePermission('access:review');
  const mayAsk = maySeeRoles && mayReview;
  if (!member.may_change && !mayAsk) return null;
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button look="quiet" size="icon" aria-label={t('actions_for', { name: member.name })}>
          <Ellipsis size={16} aria-hidden />
        </Button>
      </MenuTrigger>
      <MenuContent>
        {!member.may_change && member.why_not !== null && <MenuLabel>{member.why_not}</MenuLabel>}
        <MenuItem icon={Pencil} disabled={!member.may_change} onSelect={() => onEdit(member)}>
          {t('change_member')}
        </MenuItem>
        {member.status === 'active' ? (
          <MenuItem icon={UserRoundX} disabled={!member.may_change} onSelect={() => deactivate(member)}>
            {t('deactivate')}
          </MenuItem>
        ) : (
          <MenuItem icon={UserRoundCheck} disabled={!member.may_change} onSelect={() => reactivate(member)}>
            {t('reactivate')}
          </MenuItem>
        )}
        <MenuItem
          icon={UserRoundMinus}
          tone="critical"
          disabled={!member.may_change}
          onSelect={() => onRemove(member)}
        >
          {t('remove')}
        </MenuItem>
        {mayAsk && (
          <>
            <MenuSeparator />
            <Link to="/admin/roles" search={{ person: member.user_id }} className="block">
              <MenuItem icon={HelpCircle} onSelect={() => undefined}>
                {t('why_member')}
              </MenuItem>
            </Link>
          </>
        )}
      </MenuContent>
    </Menu>
  );
}

function RemoveDialog({ member, onClose }: { member: Member | null; onClose: () => void }) {
  const { t } = useTranslation('admin');
  const { t: common } = useTranslation();
  const { remove } = useMemberChanges();
  return (
    <Dialog open={member !== null} onOpenChange={(open) => !open && onClose()}>
      {member !== null && (
        <DialogContent title={t('remove_title', { name: member.name })} description={t('remove_text')}>
          <div className="flex justify-end gap-2">
            <Button onClick={onClose}>{common('cancel')}</Button>
            <Button
              look="danger"
              onClick={() => {
                remove(member);
                onClose();
              }}
            >
              {t('remove')}
            </Button>
          </div>
        </DialogContent>
      )}
    </Dialog>
  );
}
