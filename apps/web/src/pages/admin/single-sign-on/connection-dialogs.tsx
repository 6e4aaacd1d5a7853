import type { Connection, ConnectionTest, CreateConnection, UpdateConnection } from '@stroma/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { CircleCheck, OctagonAlert, TriangleAlert } from 'lucide-react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { Dialog, DialogContent } from '../../../components/dialog.tsx';
import { ErrorNotice, Notice } from '../../../components/notice.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { client } from '../../../lib/client.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { toast } from '../../../lib/toasts.ts';
import { ConnectionForm } from './connection-form.tsx';

export type ConnectionTask =
  | { kind: 'create'; of: Connection['kind'] }
  | { kind: 'edit'; connection: Connection }
  | { kind: 'test'; connection: Connection }
  | { kind: 'remove'; connection: Connection };

export function ConnectionDialogs({
  task,
  onTask,
}: {
  task: ConnectionTask | null;
  onTask: (task: ConnectionTask | null) => void;
}) {
  const { t } = useTranslation('singleSignOn');
  const close = () => onTask(null);
  const title = () => {
    if (task?.kind === 'create') return t(`connect_${task.of}`);
    const name = task?.connection.name ?? '';
    if (task?.kind === 'test') return t('test_title', { name });
    return task?.kind === 'remove' ? t('remove_title', { name }) : name;
  };
  const wide = task?.kind === 'create' || task?.kind === 'edit';
  return (
    <Dialog open={task !== null} onOpenChange={(open) => open || close()}>
      {task === null ? null : (
        <DialogContent title={title()} side={wide}>
          {task.kind === 'create' ? (
            <Create of={task.of} onDone={(connection) => onTask({ kind: 'test', connection })} />
          ) : task.kind === 'edit' ? (
            <Edit present={task.connection} onDone={close} />
          ) : task.kind === 'test' ? (
            <Test connection={task.connection} />
          ) : (
            <Remove connection={task.connection} onDone={close} />
          )}
        </DialogContent>
      )}
    </Dialog>
  );
}

function useReload() {
  const queryClient = useQueryClient();
  return () => void queryClient.invalidateQueries({ queryKey: queryKeys.connections });
}

function Create({ of, onDone }: { of: Connection['kind']; onDone: (made: Connection) => void }) {
  const reload = useReload();
  const create = useMutation({
    mutationFn: (settings: CreateConnection) => client.singleSignOn.createConnection({ body: settings }),
    onSuccess: (made) => {
      reload();
      onDone(made);
    },
  });
  return (
    <ConnectionForm
      kind={of}
      present={null}
      busy={create.isPending}
      error={create.error}
      onSubmit={create.mutate}
    />
  );
}

function Edit({ present, onDone }: { present: Connection; onDone: () => void }) {
  const { t } = useTranslation('singleSignOn');
  const reload = useReload();
  const edit = useMutation({
    mutationFn: ({ kind: _, ...settings }: CreateConnection) => {
      const body: UpdateConnection = settings;
      // An empty field keeps the secret that is stored.
      if (body.client_secret === null) delete body.client_secret;
      return client.singleSignOn.updateConnection({ params: { id: present.connection_id }, body });
    },
    onSuccess: () => {
      reload();
      toast(t('saved'));
      onDone();
    },
  });
  return (
    <ConnectionForm
      kind={present.kind}
      present={present}
      busy={edit.isPending}
      error={edit.error}
      onSubmit={edit.mutate}
    />
  );
}

const marks = {
  ok: { icon: CircleCheck, ink: 'text-good' },
  warning: { icon: TriangleAlert, ink: 'text-warning' },
  failed: { icon: OctagonAlert, ink: 'text-critical' },
} as const;

function Test({ connection }: { connection: Connection }) {
  const { t } = useTranslation('singleSignOn');
  const { mutate, data, error } = useMutation({
    mutationFn: () => client.singleSignOn.testConnection({ params: { id: connection.connection_id } }),
  });
  useEffect(() => mutate(), [mutate]);
  if (error) return <ErrorNotice error={error} onRetry={() => mutate()} />;
  if (data === undefined)
    return (
      <div role="status" aria-label={t('testing')}>
        <SkeletonRows rows={4} className="h-10" />
      </div>
    );
  return <Findings found={data} />;
}

function Findings({ found }: { found: ConnectionTest }) {
  const { t } = useTranslation('singleSignOn');
  return (
    <div className="grid gap-4">
      <Notice tone={found.ok ? 'info' : 'critical'}>{t(found.ok ? 'test_ok' : 'test_failed')}</Notice>
      <ul className="grid gap-3">
        {found.steps.map(({ check, status, message }) => {
          const { icon: Icon, ink } = marks[status];
          return (
            <li key={`${check} ${message}`} className="flex gap-3">
              <Icon size={16} aria-hidden className={`mt-0.5 shrink-0 ${ink}`} />
              <p className="min-w-0 wrap-anywhere">
                <span className="sr-only">{status}: </span>
                {message}
              </p>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function Remove({ connection, onDone }: { connection: Connection; onDone: () => void }) {
  const { t } = useTranslation('singleSignOn');
  const reload = useReload();
  const remove = useMutation({
    mutationFn: () => client.singleSignOn.removeConnection({ params: { id: connection.connection_id } }),
    onSuccess: () => {
      reload();
      toast(t('removed'));
      onDone();
    },
  });
  return (
    <div className="grid gap-4">
      <p className="text-ink-soft">{t('remove_text')}</p>
      {remove.error ? <ErrorNotice error={remove.error} /> : null}
      <div className="flex justify-end gap-2">
        <Button onClick={onDone}>{t('cancel')}</Button>
        <Button look="danger" disabled={remove.isPending} onClick={() => remove.mutate()}>
          {t('remove')}
        </Button>
      </div>
    </div>
  );
}
