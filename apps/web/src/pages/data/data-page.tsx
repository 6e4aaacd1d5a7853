import { Link } from '@tanstack/react-router';
import { Cable, Plus, Radio } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button, buttonClass } from '../../components/button.tsx';
import { Page } from '../../components/page.tsx';
import { usePermission } from '../../lib/session.ts';
import { chooseFiles, startUploads } from '../../lib/uploads.ts';
import { DatasetList } from './dataset-list.tsx';
import { DropZone } from './drop-zone.tsx';
import { useUnreadFiles } from './unread-files.ts';
import { UnreadList } from './unread-list.tsx';
import { UploadList } from './upload-list.tsx';

export function DataPage() {
  const { t } = useTranslation('data');
  const mayAdd = usePermission('datasets:write');
  const mayConnect = usePermission('connections:read');
  const mayStream = usePermission('streams:read');
  const unread = useUnreadFiles();
  return (
    <DropZone enabled={mayAdd} onFiles={startUploads}>
      <Page
        title={t('title')}
        intro={t('intro')}
        actions={
          <>
            {mayStream && (
              <Link to="/data/streams" className={buttonClass({})}>
                <Radio size={16} aria-hidden />
                {t('streams')}
              </Link>
            )}
            {mayConnect && (
              <Link to="/data/connections" className={buttonClass({})}>
                <Cable size={16} aria-hidden />
                {t('connections')}
              </Link>
            )}
            {mayAdd && (
              <Button look="primary" onClick={chooseFiles}>
                <Plus size={16} aria-hidden />
                {t('add')}
              </Button>
            )}
          </>
        }
      >
        <div className="grid grid-cols-1 gap-6">
          <UploadList />
          <UnreadList />
          {/* Held back until it is known what stands above, so that it does not move. */}
          <div className={unread.isPending ? 'invisible' : undefined}>
            <DatasetList onChoose={chooseFiles} />
          </div>
        </div>
      </Page>
    </DropZone>
  );
}
