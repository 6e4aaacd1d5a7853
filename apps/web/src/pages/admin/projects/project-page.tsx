import type { Project } from '@stroma/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Archive, ArchiveRestore, Pencil, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../components/badge.tsx';
import { Button } from '../../../components/button.tsx';
import { ConfirmDialog } from '../../../components/confirm-dialog.tsx';
import { useCrumbName } from '../../../components/frame/crumbs.ts';
import { ErrorNotice, Notice } from '../../../components/notice.tsx';
import { Page } from '../../../components/page.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { client } from '../../../lib/client.ts';
import { formatTime } from '../../../lib/format.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { toast } from '../../../lib/toasts.ts';
import { ProjectDialog } from './project-dialog.tsx';
import { ProjectMembers } from './project-members.tsx';
import { ProjectResources } from './project-resources.tsx';

const route = getRouteApi('/frame/admin/projects/$projectId');

/** One project: who belongs to it and how, what belongs to it, its name and its end. */
export function ProjectPage() {
  const { t } = useTranslation('projects');
  const { projectId } = route.useParams();
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.project(projectId),
    queryFn: ({ signal }) => client.projects.get({ params: { id: projectId }, signal }),
  });
  useCrumbName(data?.name ?? null);
  if (error)
    return (
      <Page title={t('title')}>
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      </Page>
    );
  if (data === undefined)
    return (
      <Page title={t('title')}>
        <SkeletonRows rows={8} />
      </Page>
    );
  return <ProjectView project={data} />;
}

function ProjectView({ project }: { project: Project }) {
  const { t } = useTranslation('projects');
  const { t: common } = useTranslation();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [asked, setAsked] = useState<'rename' | 'remove' | null>(null);
  const { project_id: id, name, description, archived_at, created_at, may_change, resources } = project;
  const params = { id };
  const keep = async (next: Project) => {
    queryClient.setQueryData(queryKeys.project(id), next);
    await queryClient.invalidateQueries({ queryKey: queryKeys.projects });
  };
  const archive = useMutation({
    mutationFn: (archived: boolean) => client.projects.update({ params, body: { archived } }),
    onSuccess: async (next, archived) => {
      toast(t(archived ? 'archived_done' : 'reopened_done', { name }), {
        action: { label: common('undo'), run: () => archive.mutate(!archived) },
      });
      await keep(next);
    },
  });
  return (
    <Page
      wide
      title={name}
      heading={
        <span className="flex flex-wrap items-center gap-x-3">
          {name}
          {archived_at !== null && <Badge>{t('archived')}</Badge>}
        </span>
      }
      intro={
        <>
          {description !== '' && <p>{description}</p>}
          <p className="text-small text-ink-faint">{t('made_at', { time: formatTime(created_at) })}</p>
        </>
      }
      actions={
        may_change && (
          <>
            <Button
              disabled={archive.isPending}
              onClick={() => archive.mutate(archived_at === null)}
              aria-describedby="archive-about"
            >
              {archived_at === null ? (
                <Archive size={16} aria-hidden />
              ) : (
                <ArchiveRestore size={16} aria-hidden />
              )}
              {t(archived_at === null ? 'archive' : 'reopen')}
            </Button>
            {archived_at === null && (
              <Button onClick={() => setAsked('rename')}>
                <Pencil size={16} aria-hidden />
                {t('rename')}
              </Button>
            )}
            {resources === 0 && (
              <Button look="danger" onClick={() => setAsked('remove')}>
                <Trash2 size={16} aria-hidden />
                {t('remove')}
              </Button>
            )}
          </>
        )
      }
    >
      <div className="grid grid-cols-1 gap-10">
        {archive.error ? <ErrorNotice error={archive.error} /> : null}
        {archived_at === null ? null : (
          <Notice tone="info" title={t('archived_since', { time: formatTime(archived_at) })}>
            {t('archived_text')}
          </Notice>
        )}
        {project.why_not === null ? null : <Notice tone="plain">{project.why_not}</Notice>}
        <ProjectMembers project={project} onChanged={keep} />
        <ProjectResources project={project} />
      </div>
      {asked === 'rename' && (
        <ProjectDialog project={project} onClose={() => setAsked(null)} onSaved={keep} />
      )}
      {asked === 'remove' && (
        <ConfirmDialog
          title={t('remove_title', { name })}
          text={t('remove_text')}
          button={t('remove')}
          danger
          onClose={() => setAsked(null)}
          run={async () => {
            await client.projects.remove({ params });
            toast(t('removed', { name }));
            await navigate({ to: '/admin/projects' });
            await queryClient.invalidateQueries({ queryKey: queryKeys.projects });
          }}
        />
      )}
    </Page>
  );
}
