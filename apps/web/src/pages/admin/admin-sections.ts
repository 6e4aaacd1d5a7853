import type { Permission } from '@stroma/contracts';
import {
  ArchiveX,
  Building2,
  ClipboardCheck,
  DatabaseBackup,
  EyeOff,
  Fingerprint,
  FolderKanban,
  Gauge,
  Handshake,
  KeyRound,
  KeySquare,
  Link2,
  type LucideIcon,
  MailOpen,
  ScrollText,
  Search,
  Share2,
  ShieldAlert,
  Target,
  UserRoundSearch,
  UsersRound,
} from 'lucide-react';

export interface AdminSection {
  to:
    | '/admin/privacy'
    | '/admin/api-keys'
    | '/admin/single-sign-on'
    | '/admin/audit'
    | '/admin/security'
    | '/admin/members'
    | '/admin/roles'
    | '/admin/projects'
    | '/admin/shares'
    | '/admin/sharing'
    | '/admin/purposes'
    | '/admin/backups'
    | '/admin/system'
    | '/admin/compliance'
    | '/admin/retention'
    | '/admin/organisations'
    | '/admin/outbox';
  label:
    | 'privacy'
    | 'api_keys'
    | 'single_sign_on'
    | 'audit'
    | 'security'
    | 'members'
    | 'roles'
    | 'projects'
    | 'shares'
    | 'sharing'
    | 'purposes'
    | 'backups'
    | 'system'
    | 'compliance'
    | 'retention'
    | 'organisations'
    | 'outbox';
  /** What one finds there, in a line. */
  about:
    | 'privacy_about'
    | 'api_keys_about'
    | 'single_sign_on_about'
    | 'audit_about'
    | 'security_about'
    | 'members_about'
    | 'roles_about'
    | 'projects_about'
    | 'shares_about'
    | 'sharing_about'
    | 'purposes_about'
    | 'backups_about'
    | 'system_about'
    | 'compliance_about'
    | 'retention_about'
    | 'organisations_about'
    | 'outbox_about';
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
    to: '/admin/projects',
    label: 'projects',
    about: 'projects_about',
    permissions: ['projects:write', 'access:review'],
    icon: FolderKanban,
  },
  {
    to: '/admin/shares',
    label: 'shares',
    about: 'shares_about',
    permissions: ['datasets:share'],
    icon: Share2,
  },
  {
    to: '/admin/sharing',
    label: 'sharing',
    about: 'sharing_about',
    permissions: ['policies:read', 'policies:write'],
    icon: Link2,
  },
  {
    to: '/admin/purposes',
    label: 'purposes',
    about: 'purposes_about',
    permissions: ['policies:read', 'policies:write'],
    icon: Target,
  },
  {
    to: '/admin/audit',
    label: 'audit',
    about: 'audit_about',
    permissions: ['audit:read'],
    icon: ScrollText,
  },
  {
    to: '/admin/security',
    label: 'security',
    about: 'security_about',
    permissions: ['security:read'],
    icon: ShieldAlert,
  },
  {
    to: '/admin/single-sign-on',
    label: 'single_sign_on',
    about: 'single_sign_on_about',
    permissions: ['single-sign-on:read'],
    icon: Fingerprint,
  },
  {
    to: '/admin/api-keys',
    label: 'api_keys',
    about: 'api_keys_about',
    permissions: ['api-keys:read'],
    icon: KeySquare,
  },
  {
    to: '/admin/privacy',
    label: 'privacy',
    about: 'privacy_about',
    permissions: ['privacy:read'],
    icon: UserRoundSearch,
  },
  {
    to: '/admin/compliance',
    label: 'compliance',
    about: 'compliance_about',
    permissions: ['compliance:read'],
    icon: ClipboardCheck,
  },
  {
    to: '/admin/retention',
    label: 'retention',
    about: 'retention_about',
    permissions: ['retention:read'],
    icon: ArchiveX,
  },
  {
    to: '/admin/backups',
    label: 'backups',
    about: 'backups_about',
    permissions: ['backups:read'],
    icon: DatabaseBackup,
  },
  {
    to: '/admin/system',
    label: 'system',
    about: 'system_about',
    permissions: ['installation:read'],
    icon: Gauge,
  },
  {
    to: '/admin/organisations',
    label: 'organisations',
    about: 'organisations_about',
    permissions: ['tenants:read'],
    icon: Building2,
  },
  {
    to: '/admin/outbox',
    label: 'outbox',
    about: 'outbox_about',
    permissions: ['mail:read'],
    icon: MailOpen,
  },
];

/** Pages within Privacy, for who looks for them by name. */
export const privacyPages = [
  { to: '/admin/privacy/consents', page: 'consents', icon: Handshake },
  { to: '/admin/privacy/anonymise', page: 'anonymise', icon: EyeOff },
  { to: '/admin/privacy/find', page: 'find', icon: Search },
] as const satisfies readonly { to: string; page: string; icon: LucideIcon }[];
