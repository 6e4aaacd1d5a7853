import type { Project, ProjectResource } from '@stroma/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Database, Plus, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { ConfirmDialog } from '../../../components/confirm-dialog.tsx';
import { EmptyState } from '../../../components/empty-state.tsx';
import { IconButton } from '../../../components/icon-button.tsx';
import { ErrorNotice } from '../../../components/notice.tsx';
import { Section } from '../../../components/page.tsx';
import { PagedList } from '../../../components/paged-list.tsx';
import { cellClass, PlainTable } from '../../../components/plain-table.tsx';
import { client } from '../../../lib/client.ts';
import { formatCount } from '../../../lib/format.ts';
import { usePages } from '../../../lib/pages.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { usePermission } from '../../../lib/session.ts';
import { toast } from '../../../lib/toasts.ts';
import { DatasetPicker } from './dataset-picker.tsx';

/** Puts a thing into a project, or takes it out; what else narrows it stays. */
async function place(resourceId: string, projectId: string, inside: boolean): Promise<void> {
  const params = { id: resourceId };
  const { projects, site, purposes, opens_at, closes_at } = await client.projects.resource({ params });
  const others = projects.map(({ project_id }) => project_id).filter((each) => each !== projectId);
  const body = {
    projects: inside ? [...others, projectId] : others,
    site,
    purposes,
    opens_at,
    closes_at,
  };
  await client.projects.setResource({ params, body });
}

/** What belongs to the project, as far as one may see it. */
export function ProjectResources({ project }: { project: Project }) {
  const { t } = useTranslation('projects');
  const { t: common } = useTranslation();
  const queryClient = useQueryClient();
  const mayPlace = usePermission('datasets:share');
  const [adding, setAdding] = useState(false);
  const { project_id: id, archived_at, resources } = project;
  const pages = usePages<ProjectResource>(queryKeys.projectResources(id), (cursor, signal) =>
    client.projects.resources({ params: { id }, query: cursor, signal }),
  );
  const refresh = () =>
    Promise.all([
      queryClient.invalidateQueries({ queryKey: queryKeys.projects }),
      queryClient.invalidateQueries({ queryKey: queryKeys.datasets }),
    ]);
  const move = useMutation({
    mutationFn: ({ resource, inside }: { resource: ProjectResource; inside: boolean }) =>
      place(resource.resource_id, id, inside),
    onSuccess: async (_, { resource, inside }) => {
      toast(t(inside ? 'taken_back' : 'resource_out', { name: resource.name }), {
        ...(inside
          ? {}
          : { action: { label: common('undo'), run: () => move.mutate({ resource, inside: true }) } }),
      });
      await refresh();
    },
  });
  const shown = pages.items ?? [];
  const open = archived_at === null;
  const add = open && mayPlace && (
    <Button size="small" onClick={() => setAdding(true)}>
      <Plus size={14} aria-hidden />
      {t('add_resource')}
    </Button>
  );
  return (
    <Section
      title={t('resources')}
      note={
        pages.more === null && shown.length < resources
          ? t('resources_hidden', {
              count: resources - shown.length,
              shown: formatCount(resources - shown.length),
            })
          : undefined
      }
      actions={add}
    >
      {move.error ? (
        <div className="mb-3">
          <ErrorNotice error={move.error} />
        </div>
      ) : null}
      <PagedList
        pages={pages}
        skeleton={{ rows: 3 }}
        empty={
          <EmptyState icon={Database} title={t(resources === 0 ? 'no_resource' : 'no_visible')}>
            {t(resources === 0 ? 'no_resource_text' : 'no_visible_text')}
          </EmptyState>
        }
      >
        {(items) => (
          <PlainTable
            label={t('resources')}
            headings={[
              { label: t('dataset') },
              { label: t('sensitivity') },
              { label: t('actions'), unseen: true },
            ]}
          >
            {items.map((resource) => (
              <tr key={resource.resource_id}>
                <td className={cellClass}>
                  <Link
                    to="/data/$datasetId"
                    params={{ datasetId: resource.resource_id }}
                    className="font-medium wrap-anywhere text-accent hover:underline"
                  >
                    {resource.name}
                  </Link>
                </td>
                <td className={cellClass}>
                  {resource.sensitivity === null ? '–' : t(`sensitivity_${resource.sensitivity}`)}
                </td>
                <td className={`${cellClass} w-12 text-end`}>
                  {mayPlace && (
                    <IconButton
                      icon={X}
                      label={t('take_out', { name: resource.name })}
                      onClick={() => move.mutate({ resource, inside: false })}
                    />
                  )}
                </td>
              </tr>
            ))}
          </PlainTable>
        )}
      </PagedList>
      {adding && (
        <AddDialog
          without={shown.map(({ resource_id }) => resource_id)}
          onClose={() => setAdding(false)}
          onAdd={async (datasetId) => {
            await place(datasetId, id, true);
            await refresh();
          }}
        />
      )}
    </Section>
  );
}

function AddDialog({
  without,
  onAdd,
  onClose,
}: {
  without: readonly string[];
  onAdd: (datasetId: string) => Promise<void>;
  onClose: () => void;
}) {
  const { t } = useTranslation('projects');
  const [dataset, setDataset] = useState('');
  return (
    <ConfirmDialog
      title={t('add_resource')}
      text={t('add_resource_text')}
      button={t('add')}
      ready={dataset !== ''}
      onClose={onClose}
      run={() => onAdd(dataset)}
    >
      <DatasetPicker label={t('dataset')} value={dataset} without={without} onChange={setDataset} />
    </ConfirmDialog>
  );
}
