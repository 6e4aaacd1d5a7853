import type { Permission } from '@stroma/contracts';
import { DatabaseBackup, KeyRound, type LucideIcon, ScrollText, UsersRound } from 'lucide-react';

export interface AdminSection {
  to: '/admin/audit' | '/admin/members' | '/admin/roles' | '/admin/backups';
  label: 'audit' | 'members' | 'roles' | 'backups';
  /** What one finds there, in a line. */
  about: 'audit_about' | 'members_about' | 'roles_about' | 'backups_about';
  /** One of these opens it. */
  permissions: readonly Permission[];
  icon: LucideIcon;
}

/** The rooms of the Admin area, in the order of its navigation. Texts are in the namespace `admin`. */
export const adminSections: readonly AdminSection[] = [
  {
    to: '/admin/members',
    label: 'members',
    about: 'members_about',
    permissions: ['members:read'],
    icon: UsersRound,
  },
  {
    to: '/admin/roles',
    label: 'roles',
    about: 'roles_about',
    permissions: ['roles:read'],
    icon: KeyRound,
  },
  {
    to: '/admin/audit',
    label: 'audit',
    about: 'audit_about',
    permissions: ['audit:read'],
    icon: ScrollText,
  },
  {
    to: '/admin/backups',
    label: 'backups',
    about: 'backups_about',
    permissions: ['backups:read'],
    icon: DatabaseBackup,
  },
];
