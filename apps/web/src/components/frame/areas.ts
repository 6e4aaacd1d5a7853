import type { Permission } from '@stroma/contracts';
import {
  Activity,
  Braces,
  BrainCircuit,
  Database,
  House,
  LayoutDashboard,
  type LucideIcon,
  MessageCircleQuestion,
  Settings,
  ShieldCheck,
} from 'lucide-react';

export interface Area {
  to: '/' | '/data' | '/ask' | '/dashboards' | '/models' | '/jobs' | '/playground' | '/admin' | '/settings';
  label:
    | 'area_home'
    | 'area_data'
    | 'area_ask'
    | 'area_dashboards'
    | 'area_models'
    | 'area_jobs'
    | 'area_api'
    | 'area_admin'
    | 'area_settings';
  icon: LucideIcon;
  /** Only for who holds one of these. */
  permissions?: readonly Permission[];
}

/** The rooms of the house that stand today, in the order of the rail. */
export const areas: readonly Area[] = [
  { to: '/', label: 'area_home', icon: House },
  { to: '/data', label: 'area_data', icon: Database },
  { to: '/ask', label: 'area_ask', icon: MessageCircleQuestion },
  {
    to: '/dashboards',
    label: 'area_dashboards',
    icon: LayoutDashboard,
    permissions: ['dashboards:read'],
  },
  { to: '/models', label: 'area_models', icon: BrainCircuit, permissions: ['models:read'] },
  { to: '/jobs', label: 'area_jobs', icon: Activity },
  { to: '/playground', label: 'area_api', icon: Braces },
  {
    to: '/admin',
    label: 'area_admin',
    icon: ShieldCheck,
    permissions: [
      'members:read',
      'roles:read',
      'projects:write',
      'datasets:share',
      'access:review',
      'audit:read',
      'single-sign-on:read',
      'api-keys:read',
      'backups:read',
      'security:read',
      'privacy:read',
      'compliance:read',
      'retention:read',
      'tenants:read',
    ],
  },
  { to: '/settings', label: 'area_settings', icon: Settings },
];

/** The areas that stand open to who holds these permissions. */
export const areasFor = (held: readonly Permission[]): readonly Area[] =>
  areas.filter(({ permissions }) => permissions?.some((each) => held.includes(each)) ?? true);
