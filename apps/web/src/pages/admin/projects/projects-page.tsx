import type { Project } from '@stroma/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { FolderKanban, Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../components/badge.tsx';
import { Button } from '../../../components/button.tsx';
import { EmptyState } from '../../../components/empty-state.tsx';
import { Input, Select } from '../../../components/field.tsx';
import { Page } from '../../../components/page.tsx';
import { PagedList } from '../../../components/paged-list.tsx';
import { cellClass, numberClass, PlainTable } from '../../../components/plain-table.tsx';
import { client } from '../../../lib/client.ts';
import { formatCount, formatTime } from '../../../lib/format.ts';
import { usePages } from '../../../lib/pages.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { usePermission } from '../../../lib/session.ts';
import { ProjectDialog } from './project-dialog.tsx';

const route = getRouteApi('/frame/admin/projects');

/** Walls inside the organisation: who belongs to each, and how much. */
export function ProjectsPage() {
  const { t } = useTranslation('projects');
  const { search, state = 'open' } = route.useSearch();
  const navigate = route.useNavigate();
  const go = useNavigate();
  const queryClient = useQueryClient();
  const mayMake = usePermission('projects:write');
  const [making, setMaking] = useState(false);
  const query = { state, ...(search !== undefined && { search }) };
  const pages = usePages<Project>(queryKeys.projectList(query), (cursor, signal) =>
    client.projects.list({ query: { ...query, ...cursor }, signal }),
  );
  const filter = (change: { search?: string; state?: 'open' | 'archived' | 'all' }) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const make = mayMake && (
    <Button look="primary" onClick={() => setMaking(true)}>
      <Plus size={16} aria-hidden />
      {t('new')}
    </Button>
  );
  return (
    <Page wide title={t('title')} intro={t('intro')} actions={make}>
      <div className="mb-4 flex flex-wrap gap-2">
        <Input
          type="search"
          aria-label={t('find')}
          placeholder={t('find')}
          defaultValue={search ?? ''}
          onChange={({ target }) => filter({ search: target.value.trim() })}
          className="sm:max-w-72"
        />
        <Select
          aria-label={t('state')}
          value={state}
          onChange={({ target }) => filter({ state: target.value as 'open' })}
          className="sm:max-w-48"
        >
          {(['open', 'archived', 'all'] as const).map((each) => (
            <option key={each} value={each}>
              {t(`state_${each}`)}
            </option>
          ))}
        </Select>
      </div>
      <PagedList
        pages={pages}
        empty={
          <EmptyState icon={FolderKanban} title={t(search === undefined ? 'none' : 'none_found')}>
            {t(search === undefined ? 'none_text' : 'none_found_text')}
          </EmptyState>
        }
      >
        {(projects) => <ProjectTable projects={projects} />}
      </PagedList>
      {making && (
        <ProjectDialog
          project={null}
          onClose={() => setMaking(false)}
          onSaved={async ({ project_id }) => {
            await queryClient.invalidateQueries({ queryKey: queryKeys.projects });
            await go({ to: '/admin/projects/$projectId', params: { projectId: project_id } });
          }}
        />
      )}
    </Page>
  );
}

function ProjectTable({ projects }: { projects: readonly Project[] }) {
  const { t } = useTranslation('projects');
  const wide = `${cellClass} hidden md:table-cell`;
  return (
    <PlainTable
      label={t('title')}
      headings={[
        { label: t('name') },
        { label: t('leads'), className: wide },
        { label: t('members'), className: numberClass },
        { label: t('resources'), className: numberClass },
        { label: t('made'), className: `${cellClass} hidden lg:table-cell` },
      ]}
    >
      {projects.map(({ project_id, name, description, members, resources, created_at, archived_at }) => (
        <tr key={project_id} className="hover:bg-hover">
          <td className={cellClass}>
            <span className="flex flex-wrap items-center gap-x-2">
              <Link
                to="/admin/projects/$projectId"
                params={{ projectId: project_id }}
                className="font-medium wrap-anywhere text-accent hover:underline"
              >
                {name}
              </Link>
              {archived_at !== null && <Badge>{t('archived')}</Badge>}
            </span>
            {description !== '' && (
              <span className="line-clamp-2 block max-w-prose text-small text-ink-soft">{description}</span>
            )}
          </td>
          <td className={wide}>
            {members
              .filter(({ role }) => role === 'lead')
              .map((lead) => lead.name)
              .join(', ')}
          </td>
          <td className={numberClass}>{formatCount(members.length)}</td>
          <td className={numberClass}>{formatCount(resources)}</td>
          <td className={`${cellClass} hidden whitespace-nowrap lg:table-cell`}>
            <time dateTime={created_at}>{formatTime(created_at)}</time>
          </td>
        </tr>
      ))}
    </PlainTable>
  );
}
