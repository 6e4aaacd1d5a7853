import type { Member } from '@stroma/contracts';
import { Link } from '@tanstack/react-router';
import clsx from 'clsx';
import {
  Ellipsis,
  HelpCircle,
  Mail,
  Pencil,
  SmartphoneNfc,
  UserRoundCheck,
  UserRoundMinus,
  UserRoundX,
} from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../components/badge.tsx';
import { Button } from '../../../components/button.tsx';
import {
  Menu,
  MenuContent,
  MenuItem,
  MenuLabel,
  MenuSeparator,
  MenuTrigger,
} from '../../../components/menu.tsx';
import { cellClass as cell, PlainTable } from '../../../components/plain-table.tsx';
import { formatAgo, formatTime } from '../../../lib/format.ts';
import { usePermission, useSession } from '../../../lib/session.ts';
import { useMemberChanges } from './member-changes.ts';
import { ChangeEmailDialog, RemoveDialog, ResetSecondFactorDialog } from './sign-in-dialogs.tsx';

/** What is asked about one member before it is done. */
type Asked = 'remove' | 'reset' | 'email';

export function MemberTable({
  members,
  onEdit,
}: {
  members: readonly Member[];
  onEdit: (member: Member) => void;
}) {
  const { t } = useTranslation('admin');
  const [asked, setAsked] = useState<{ what: Asked; member: Member } | null>(null);
  const close = () => setAsked(null);
  return (
    <>
      <PlainTable
        label={t('members')}
        headings={[
          { label: t('member') },
          { label: t('role'), className: clsx(cell, 'hidden sm:table-cell') },
          { label: t('limits'), className: clsx(cell, 'hidden xl:table-cell') },
          { label: t('second_factor'), className: clsx(cell, 'hidden lg:table-cell') },
          { label: t('last_seen'), className: clsx(cell, 'hidden md:table-cell') },
          { label: t('actions'), unseen: true },
        ]}
      >
        {members.map((member) => (
          <tr key={member.user_id} className={clsx(member.status === 'deactivated' && 'text-ink-faint')}>
            <td className={cell}>
              <span className="flex flex-wrap items-center gap-x-2">
                <span className="font-medium">{member.name}</span>
                {member.status === 'deactivated' && <Badge>{t('status_deactivated')}</Badge>}
              </span>
              <span className="block text-small wrap-anywhere text-ink-soft">{member.email}</span>
              <span className="block text-small text-ink-soft sm:hidden">{member.role_name}</span>
            </td>
            <td className={clsx(cell, 'hidden sm:table-cell')}>{member.role_name}</td>
            <td className={clsx(cell, 'hidden xl:table-cell')}>
              <Limits member={member} />
            </td>
            <td className={clsx(cell, 'hidden lg:table-cell')}>
              <Badge tone={member.second_factors > 0 ? 'good' : 'plain'}>
                {t(member.second_factors > 0 ? 'second_factor_set' : 'second_factor_none')}
              </Badge>
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
              <Actions member={member} onEdit={onEdit} onAsk={(what) => setAsked({ what, member })} />
            </td>
          </tr>
        ))}
      </PlainTable>
      {asked?.what === 'remove' && <RemoveDialog member={asked.member} onClose={close} />}
      {asked?.what === 'reset' && <ResetSecondFactorDialog member={asked.member} onClose={close} />}
      {asked?.what === 'email' && <ChangeEmailDialog member={asked.member} onClose={close} />}
    </>
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
  onAsk,
}: {
  member: Member;
  onEdit: (member: Member) => void;
  onAsk: (what: Asked) => void;
}) {
  const { t } = useTranslation('admin');
  const { deactivate, reactivate } = useMemberChanges();
  const self = useSession()?.user.user_id === member.user_id;
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
        <MenuItem
          icon={Mail}
          disabled={!member.may_change || self || member.managed_by !== null}
          onSelect={() => onAsk('email')}
        >
          {t(member.managed_by === null ? 'change_email' : `email_kept_${member.managed_by}`)}
        </MenuItem>
        <MenuItem
          icon={SmartphoneNfc}
          disabled={!member.may_change || self || member.second_factors === 0}
          onSelect={() => onAsk('reset')}
        >
          {t('reset_factor')}
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
          onSelect={() => onAsk('remove')}
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
