import type { Model } from '@stroma/contracts';
import { useNavigate } from '@tanstack/react-router';
import { Ellipsis, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '../../../components/icon-button.tsx';
import { Menu, MenuContent, MenuItem, MenuTrigger } from '../../../components/menu.tsx';
import { usePermission } from '../../../lib/session.ts';
import { useDeleteModel } from '../delete-model.ts';

/** What is done with a model as a whole. */
export function ModelMenu({ model }: { model: Model }) {
  const { t } = useTranslation('models');
  const navigate = useNavigate();
  const mayDelete = usePermission('models:write', { ownerId: model.created_by.user_id });
  const { remove } = useDeleteModel();
  if (!mayDelete) return null;
  return (
    <Menu>
      <MenuTrigger asChild>
        <IconButton icon={Ellipsis} label={t('model_actions')} />
      </MenuTrigger>
      <MenuContent>
        <MenuItem
          icon={Trash2}
          tone="critical"
          onSelect={() => remove.mutate(model, { onSuccess: () => void navigate({ to: '/models' }) })}
        >
          {t('delete_model')}
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}
