import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Command } from 'cmdk';
import {
  Activity,
  BookOpen,
  BrainCircuit,
  Database,
  Layers,
  LogOut,
  type LucideIcon,
  MessageCircleQuestion,
  Moon,
  Siren,
  Sun,
  Upload,
  UserRound,
} from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../../lib/client.ts';
import { formatCount } from '../../lib/format.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import { useSession, useSignOut } from '../../lib/session.ts';
import { chooseTheme, useTheme } from '../../lib/theme.ts';
import { chooseFiles } from '../../lib/uploads.ts';
import { adminSections, privacyPages } from '../../pages/admin/admin-sections.ts';
import { areasFor } from './areas.ts';

/** Ctrl/Cmd-K: every page, dataset and action by its name. */
export default function CommandPalette({
  open,
  onOpenChange,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const signOut = useSignOut();
  const { dark } = useTheme();
  const held = useSession()?.permissions ?? [];
  const areas = areasFor(held);
  const sections = adminSections.filter(({ permissions }) => permissions.some((each) => held.includes(each)));
  const { t: admin } = useTranslation('admin');
  const [text, setText] = useState('');
  const query = { limit: 8, ...(text.trim() === '' ? {} : { search: text.trim() }) };
  const datasets = useQuery({
    queryKey: queryKeys.datasetList(query),
    queryFn: ({ signal }) => client.datasets.list({ query, signal }),
    enabled: open,
    placeholderData: keepPreviousData,
  });
  const models = useQuery({
    queryKey: queryKeys.modelList(query),
    queryFn: ({ signal }) => client.models.list({ query, signal }),
    enabled: open && held.includes('models:read'),
    placeholderData: keepPreviousData,
  });
  const addFiles = () => {
    chooseFiles();
    void navigate({ to: '/data' });
  };
  const change = (next: boolean) => {
    onOpenChange(next);
    setText('');
  };
  const run = (action: () => unknown) => () => {
    change(false);
    action();
  };
  return (
    <Command.Dialog
      open={open}
      onOpenChange={change}
      label={t('palette')}
      loop
      filter={likeness}
      overlayClassName="fixed inset-0 z-40 bg-[rgb(0_0_0/0.35)]"
      contentClassName="appear fixed top-[12vh] left-1/2 z-50 w-[min(36rem,calc(100vw-16px))] -translate-x-1/2 overflow-hidden rounded-lg border border-line bg-raised shadow-float outline-none"
    >
      {/* It keeps its own text: held by us, what is found would come after the key that follows the last letter. */}
      <Command.Input
        onValueChange={setText}
        placeholder={t('palette_placeholder')}
        className="h-12 w-full border-b border-line bg-transparent px-4 text-section text-ink outline-none placeholder:text-ink-faint"
      />
      <Command.List className="max-h-[min(24rem,60vh)] overflow-y-auto p-2">
        <Command.Empty className="px-2 py-6 text-center text-ink-soft">{t('palette_empty')}</Command.Empty>
        <Group heading={t('palette_pages')}>
          {areas.map(({ to, label, icon }) => (
            <Item
              key={to}
              icon={icon}
              {...(to === '/data' && { words: admin('words_data') })}
              onSelect={run(() => void navigate({ to }))}
            >
              {t(label)}
            </Item>
          ))}
          {held.includes('models:read') && (
            <>
              <Item
                icon={Layers}
                note={t('area_models')}
                onSelect={run(() => void navigate({ to: '/models/features' }))}
              >
                {t('area_features')}
              </Item>
              <Item
                icon={Activity}
                note={t('area_models')}
                onSelect={run(() => void navigate({ to: '/models/monitoring' }))}
              >
                {t('area_monitoring')}
              </Item>
            </>
          )}
          <Item
            icon={UserRound}
            words={admin('words_account')}
            onSelect={run(() => void navigate({ to: '/account' }))}
          >
            {t('area_account')}
          </Item>
          {sections.map(({ to, label, icon }) => (
            <Item
              key={to}
              icon={icon}
              note={t('area_admin')}
              words={admin(`words_${label}`)}
              onSelect={run(() => void navigate({ to }))}
            >
              {admin(label)}
            </Item>
          ))}
          {held.includes('privacy:read') &&
            privacyPages.map(({ to, page, icon }) => (
              <Item
                key={to}
                icon={icon}
                note={admin('privacy')}
                words={admin(`words_${page}`)}
                onSelect={run(() => void navigate({ to }))}
              >
                {admin(`page_${page}`)}
              </Item>
            ))}
          {held.some((each) => each.startsWith('break-glass:')) && (
            <Item
              icon={Siren}
              words={admin('words_emergency')}
              onSelect={run(() => void navigate({ to: '/emergency' }))}
            >
              {t('emergency_access')}
            </Item>
          )}
        </Group>
        {(datasets.data?.items.length ?? 0) > 0 && (
          <Group heading={t('palette_datasets')}>
            {datasets.data?.items.map(({ dataset_id, name, file_name, rows }) => (
              <Item
                key={dataset_id}
                value={`${name} ${file_name} ${dataset_id}`}
                icon={Database}
                note={t('rows', { count: rows, shown: formatCount(rows) })}
                onSelect={run(
                  () => void navigate({ to: '/data/$datasetId', params: { datasetId: dataset_id } }),
                )}
              >
                {name}
              </Item>
            ))}
          </Group>
        )}
        {(models.data?.items.length ?? 0) > 0 && (
          <Group heading={t('area_models')}>
            {models.data?.items.map(({ model_id, name }) => (
              <Item
                key={model_id}
                value={`${name} ${model_id}`}
                icon={BrainCircuit}
                onSelect={run(() => void navigate({ to: '/models/$modelId', params: { modelId: model_id } }))}
              >
                {name}
              </Item>
            ))}
          </Group>
        )}
        <Group heading={t('palette_actions')}>
          <Item icon={Upload} onSelect={run(addFiles)}>
            {t('action_upload')}
          </Item>
          <Item icon={MessageCircleQuestion} onSelect={run(() => void navigate({ to: '/ask' }))}>
            {t('action_ask')}
          </Item>
          <Item icon={dark ? Sun : Moon} onSelect={run(() => chooseTheme(dark ? 'light' : 'dark'))}>
            {t(dark ? 'action_theme_light' : 'action_theme_dark')}
          </Item>
          <Item icon={BookOpen} onSelect={run(() => window.open('/api/v1/docs', '_blank', 'noopener'))}>
            {t('action_docs')}
          </Item>
          <Item icon={LogOut} onSelect={run(() => void signOut().then(() => navigate({ to: '/sign-in' })))}>
            {t('action_sign_out')}
          </Item>
        </Group>
      </Command.List>
    </Command.Dialog>
  );
}

/** How well text and its other words begin as what is looked for; letters left out are forgiven in the text alone. */
function likeness(text: string, search: string, words: string[] = []): number {
  const wanted = search.trim().toLowerCase();
  const rank = (each: string): number => {
    const within = each.toLowerCase();
    if (within.startsWith(wanted)) return 1;
    return within.includes(` ${wanted}`) ? 0.8 : within.includes(wanted) ? 0.6 : 0;
  };
  const found = Math.max(rank(text), ...words.map((each) => rank(each) / 2));
  if (found > 0) return found;
  const left = [...text.toLowerCase()].reduce(
    (rest, each) => (rest.startsWith(each) ? rest.slice(1) : rest),
    wanted,
  );
  return left === '' ? 0.1 : 0;
}

function Group({ heading, children }: { heading: string; children: React.ReactNode }) {
  return (
    <Command.Group
      heading={heading}
      className="[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-small [&_[cmdk-group-heading]]:text-ink-faint"
    >
      {children}
    </Command.Group>
  );
}

function Item({
  icon: Icon,
  note,
  words,
  value,
  onSelect,
  children,
}: {
  icon: LucideIcon;
  note?: string;
  /** Other words it is found by, between commas. */
  words?: string;
  value?: string;
  onSelect: () => void;
  children: React.ReactNode;
}) {
  return (
    <Command.Item
      {...(value !== undefined && { value })}
      {...(words !== undefined && { keywords: words.split(', ') })}
      onSelect={onSelect}
      className="flex h-9 cursor-pointer items-center gap-3 rounded-md px-2 data-[selected=true]:bg-hover"
    >
      <Icon size={16} aria-hidden className="shrink-0 text-ink-faint" />
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {note && <span className="text-small text-ink-faint">{note}</span>}
    </Command.Item>
  );
}
