import type { Project } from '@stroma/contracts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmDialog } from '../../../components/confirm-dialog.tsx';
import { Field, Input, inputClass } from '../../../components/field.tsx';
import { client } from '../../../lib/client.ts';

/** Makes a project, or renames and describes one. */
export function ProjectDialog({
  project,
  onClose,
  onSaved,
}: {
  project: Project | null;
  onClose: () => void;
  onSaved: (saved: Project) => Promise<void>;
}) {
  const { t } = useTranslation('projects');
  const [name, setName] = useState(project?.name ?? '');
  const [description, setDescription] = useState(project?.description ?? '');
  const body = { name, description };
  return (
    <ConfirmDialog
      title={t(project === null ? 'new' : 'rename')}
      text={t(project === null ? 'new_text' : 'rename_text')}
      button={t(project === null ? 'make' : 'save')}
      ready={name.trim() !== ''}
      onClose={onClose}
      run={async () =>
        onSaved(
          project === null
            ? await client.projects.create({ body })
            : await client.projects.update({ params: { id: project.project_id }, body }),
        )
      }
    >
      <Field label={t('name')}>
        {(props) => (
          <Input
            {...props}
            required
            autoFocus
            maxLength={120}
            value={name}
            onChange={({ target }) => setName(target.value)}
          />
        )}
      </Field>
      <Field label={t('description')}>
        {(props) => (
          <textarea
            {...props}
            rows={3}
            maxLength={2000}
            value={description}
            onChange={({ target }) => setDescription(target.value)}
            className={`${inputClass} h-auto py-1.5`}
          />
        )}
      </Field>
    </ConfirmDialog>
  );
}
