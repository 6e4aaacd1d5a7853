import type { ModelFile } from '@stroma/contracts';
import { useMutation } from '@tanstack/react-query';
import { FileUp } from 'lucide-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { EmptyState } from '../../../components/empty-state.tsx';
import { useCrumbName } from '../../../components/frame/crumbs.ts';
import { ErrorNotice } from '../../../components/notice.tsx';
import { Page } from '../../../components/page.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { client } from '../../../lib/client.ts';
import { FileFacts } from './file-facts.tsx';
import { ImportForm } from './import-form.tsx';

/** A file of a model that was trained elsewhere: read, told apart, and registered. */
export function ImportPage() {
  const { t } = useTranslation('models');
  useCrumbName(t('import'));
  const input = useRef<HTMLInputElement>(null);
  const store = useMutation({
    mutationFn: (file: File) =>
      client.training.storeFile({ body: file, headers: { 'content-type': 'application/octet-stream' } }),
  });
  const file: ModelFile | undefined = store.data;
  const choose = () => input.current?.click();
  return (
    <Page
      wide
      title={t('import_title')}
      intro={t('import_intro')}
      actions={
        (file !== undefined || store.isPending) && (
          <Button disabled={store.isPending} onClick={choose}>
            <FileUp size={16} aria-hidden />
            {t('import_other')}
          </Button>
        )
      }
    >
      <input
        ref={input}
        type="file"
        accept=".onnx"
        aria-label={t('import_file')}
        tabIndex={-1}
        className="sr-only"
        onChange={({ target }) => {
          const [chosen] = target.files ?? [];
          if (chosen !== undefined) store.mutate(chosen);
          target.value = '';
        }}
      />
      <div className="grid grid-cols-1 gap-8">
        {store.error && <ErrorNotice error={store.error} />}
        {store.isPending ? (
          <div role="status" aria-label={t('import_reading')}>
            <SkeletonRows rows={4} />
          </div>
        ) : file === undefined ? (
          <EmptyState
            icon={FileUp}
            title={t('import_file')}
            action={
              <Button look="primary" onClick={choose}>
                {t('import_choose')}
              </Button>
            }
          >
            {t('import_empty')}
          </EmptyState>
        ) : (
          <div className="grid grid-cols-1 items-start gap-8 lg:grid-cols-[minmax(0,1fr)_24rem]">
            <FileFacts file={file} />
            <ImportForm key={file.file_id} file={file} />
          </div>
        )}
      </div>
    </Page>
  );
}
