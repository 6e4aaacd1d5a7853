import {
  Activity,
  Braces,
  Database,
  House,
  type LucideIcon,
  MessageCircleQuestion,
  Settings,
} from 'lucide-react';

export interface Area {
  to: '/' | '/data' | '/ask' | '/jobs' | '/playground' | '/settings';
  label: 'area_home' | 'area_data' | 'area_ask' | 'area_jobs' | 'area_api' | 'area_settings';
  icon: LucideIcon;
}

/** The rooms of the house that stand today, in the order of the rail. */
export const areas: readonly Area[] = [
  { to: '/', label: 'area_home', icon: House },
  { to: '/data', label: 'area_data', icon: Database },
  { to: '/ask', label: 'area_ask', icon: MessageCircleQuestion },
  { to: '/jobs', label: 'area_jobs', icon: Activity },
  { to: '/playground', label: 'area_api', icon: Braces },
  { to: '/settings', label: 'area_settings', icon: Settings },
];
