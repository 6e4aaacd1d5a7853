import type { Directory } from '@stroma/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { FolderSync, MoreHorizontal } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../components/badge.tsx';
import { Button, buttonClass } from '../../../components/button.tsx';
import { Dialog, DialogContent } from '../../../components/dialog.tsx';
import { EmptyState } from '../../../components/empty-state.tsx';
import { Field, Input } from '../../../components/field.tsx';
import { Menu, MenuContent, MenuItem, MenuTrigger } from '../../../components/menu.tsx';
import { ErrorNotice } from '../../../components/notice.tsx';
import { panelClass, Section } from '../../../components/page.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { client } from '../../../lib/client.ts';
import { formatTime } from '../../../lib/format.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { usePermission } from '../../../lib/session.ts';
import { toast } from '../../../lib/toasts.ts';
import { SecretOnce } from '../api-keys/secret-once.tsx';
import { CopyLine } from './copy-line.tsx';
import { RoleMappingField } from './role-mapping-field.tsx';

type Task =
  | { kind: 'create' }
  | { kind: 'edit' | 'renew' | 'remove'; directory: Directory }
  | { kind: 'token'; token: string };

function useReload() {
  const queryClient = useQueryClient();
  return () => void queryClient.invalidateQueries({ queryKey: queryKeys.directories });
}

/** Directories that push users and groups by SCIM. */
export function Directories() {
  const { t } = useTranslation('singleSignOn');
  const mayChange = usePermission('single-sign-on:write');
  const [task, setTask] = useState<Task | null>(null);
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.directories,
    queryFn: ({ signal }) => client.singleSignOn.listDirectories({ query: { limit: 200 }, signal }),
  });
  return (
    <Section
      title={t('directories')}
      note={t('directories_about')}
      actions={
        mayChange && (
          <Button size="small" onClick={() => setTask({ kind: 'create' })}>
            {t('add_directory')}
          </Button>
        )
      }
    >
      {error ? (
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <SkeletonRows rows={1} className="h-14" />
      ) : data.items.length === 0 ? (
        <EmptyState icon={FolderSync} title={t('no_directory')}>
          {t('no_directory_text')}
        </EmptyState>
      ) : (
        <ul className={`${panelClass} divide-y divide-line`}>
          {data.items.map((each) => (
            <DirectoryLine key={each.directory_id} directory={each} mayChange={mayChange} onTask={setTask} />
          ))}
        </ul>
      )}
      <DirectoryDialog task={task} onTask={setTask} />
    </Section>
  );
}

function DirectoryLine({
  directory,
  mayChange,
  onTask,
}: {
  directory: Directory;
  mayChange: boolean;
  onTask: (task: Task) => void;
}) {
  const { t } = useTranslation('singleSignOn');
  const reload = useReload();
  const { directory_id: id, enabled, users, groups, last_used_at } = directory;
  const turn = useMutation({
    mutationFn: () => client.singleSignOn.updateDirectory({ params: { id }, body: { enabled: !enabled } }),
    onSuccess: reload,
  });
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3">
      <FolderSync size={16} aria-hidden className="shrink-0 text-ink-faint" />
      <div className="min-w-0 flex-1 basis-48">
        <p className="flex flex-wrap items-center gap-2 font-medium wrap-anywhere">
          {directory.name}
          <code className="font-mono text-small font-normal text-ink-faint">{directory.token_prefix}…</code>
          <Badge tone={enabled ? 'good' : 'plain'}>{t(enabled ? 'active' : 'off')}</Badge>
        </p>
        <p className="text-small text-ink-faint wrap-anywhere">
          {[
            directory.domains.join(', '),
            t('user_count', { count: users }),
            t('group_count', { count: groups }),
            last_used_at === null ? t('never_used') : t('last_used', { time: formatTime(last_used_at) }),
          ].join(' · ')}
        </p>
        {turn.error ? <ErrorNotice error={turn.error} /> : null}
      </div>
      {mayChange && (
        <Menu>
          <MenuTrigger aria-label={t('edit')} className={buttonClass({ look: 'quiet', size: 'icon' })}>
            <MoreHorizontal size={16} aria-hidden />
          </MenuTrigger>
          <MenuContent>
            <MenuItem onSelect={() => onTask({ kind: 'edit', directory })}>{t('edit')}</MenuItem>
            <MenuItem onSelect={() => onTask({ kind: 'renew', directory })}>{t('renew')}</MenuItem>
            <MenuItem onSelect={() => turn.mutate()}>{t(enabled ? 'deactivate' : 'activate')}</MenuItem>
            <MenuItem tone="critical" onSelect={() => onTask({ kind: 'remove', directory })}>
              {t('remove')}
            </MenuItem>
          </MenuContent>
        </Menu>
      )}
    </li>
  );
}

function DirectoryDialog({ task, onTask }: { task: Task | null; onTask: (task: Task | null) => void }) {
  const { t } = useTranslation('singleSignOn');
  const close = () => onTask(null);
  const onToken = (token: string) => onTask({ kind: 'token', token });
  const title = () => {
    if (task?.kind === 'create') return t('add_directory');
    if (task?.kind === 'token') return t('token_title');
    const name = task?.directory.name ?? '';
    return task?.kind === 'edit'
      ? name
      : t(task?.kind === 'renew' ? 'renew_title' : 'remove_title', { name });
  };
  return (
    <Dialog open={task !== null} onOpenChange={(open) => open || close()}>
      {task === null ? null : (
        <DialogContent title={title()}>
          {task.kind === 'token' ? (
            <SecretOnce
              secret={task.token}
              text={t('token_text')}
              copy={t('copy')}
              done={t('token_done')}
              onDone={close}
            />
          ) : task.kind === 'create' ? (
            <DirectoryForm present={null} onToken={onToken} onDone={close} />
          ) : task.kind === 'edit' ? (
            <DirectoryForm present={task.directory} onToken={onToken} onDone={close} />
          ) : (
            <Confirm task={task.kind} directory={task.directory} onToken={onToken} onDone={close} />
          )}
        </DialogContent>
      )}
    </Dialog>
  );
}

function DirectoryForm({
  present,
  onToken,
  onDone,
}: {
  present: Directory | null;
  onToken: (token: string) => void;
  onDone: () => void;
}) {
  const { t } = useTranslation('singleSignOn');
  const reload = useReload();
  const [name, setName] = useState(present?.name ?? '');
  const [domains, setDomains] = useState(present?.domains.join(' ') ?? '');
  const [mapping, setMapping] = useState(present?.role_mapping ?? []);
  const [role, setRole] = useState(present?.default_role ?? 'viewer');
  const save = useMutation({
    mutationFn: async () => {
      const body = {
        name,
        domains: domains.split(/[\s,]+/).filter((each) => each !== ''),
        role_mapping: mapping,
        default_role: role,
      };
      if (present === null) return (await client.singleSignOn.createDirectory({ body })).token;
      await client.singleSignOn.updateDirectory({ params: { id: present.directory_id }, body });
      return null;
    },
    onSuccess: (token) => {
      reload();
      if (token !== null) return onToken(token);
      toast(t('saved'));
      onDone();
    },
  });
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Field label={t('name')}>
        {(field) => (
          <Input
            {...field}
            required
            maxLength={80}
            value={name}
            onChange={({ target }) => setName(target.value)}
          />
        )}
      </Field>
      <Field label={t('domains')} hint={t('domains_hint')}>
        {(field) => (
          <Input {...field} required value={domains} onChange={({ target }) => setDomains(target.value)} />
        )}
      </Field>
      <RoleMappingField
        mapping={mapping}
        onMapping={setMapping}
        defaultRole={role}
        onDefaultRole={(next) => setRole(next ?? 'viewer')}
        mayRefuse={false}
      />
      {present !== null && <CopyLine label={t('base_url')} text={present.base_url} />}
      {save.error ? <ErrorNotice error={save.error} /> : null}
      <div className="flex justify-end">
        <Button type="submit" look="primary" disabled={save.isPending}>
          {t('save')}
        </Button>
      </div>
    </form>
  );
}

function Confirm({
  task,
  directory,
  onToken,
  onDone,
}: {
  task: 'renew' | 'remove';
  directory: Directory;
  onToken: (token: string) => void;
  onDone: () => void;
}) {
  const { t } = useTranslation('singleSignOn');
  const reload = useReload();
  const run = useMutation({
    mutationFn: async () => {
      const input = { params: { id: directory.directory_id } };
      if (task === 'renew') return (await client.singleSignOn.renewDirectoryToken(input)).token;
      await client.singleSignOn.removeDirectory(input);
      return null;
    },
    onSuccess: (token) => {
      reload();
      if (token !== null) return onToken(token);
      toast(t('removed'));
      onDone();
    },
  });
  return (
    <div className="grid gap-4">
      <p className="text-ink-soft">{t(task === 'renew' ? 'renew_text' : 'remove_directory_text')}</p>
      {run.error ? <ErrorNotice error={run.error} /> : null}
      <div className="flex justify-end gap-2">
        <Button onClick={onDone}>{t('cancel')}</Button>
        <Button
          look={task === 'renew' ? 'primary' : 'danger'}
          disabled={run.isPending}
          onClick={() => run.mutate()}
        >
          {t(task)}
        </Button>
      </div>
    </div>
  );
}
