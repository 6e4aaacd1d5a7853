import { Download } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Column, Row } from '../../lib/cell.ts';
import { fileStem, saveFile, saveUrl, toCsv } from '../../lib/table-export.ts';
import { Button } from '../button.tsx';
import { ResultTable } from '../grid/result-table.tsx';
import { Menu, MenuContent, MenuItem, MenuTrigger } from '../menu.tsx';
import { panelClass } from '../page.tsx';
import { Segmented } from '../segmented.tsx';
import { Skeleton } from '../skeleton.tsx';
import type { DrawnChart } from './drawn-chart.tsx';

const ChartView = lazy(() => import('./chart-view.tsx'));

/** A chart with its title, its table view and its exports. */
export function ChartPanel({
  title,
  spec,
  columns,
  rows,
}: {
  title: string;
  spec: Record<string, unknown>;
  columns: readonly Column[];
  rows: readonly Row[];
}) {
  const { t } = useTranslation();
  const [view, setView] = useState<'chart' | 'table'>('chart');
  const [drawn, setDrawn] = useState<DrawnChart | null>(null);
  const stem = fileStem(title);
  return (
    <figure className={panelClass}>
      <figcaption className="flex flex-wrap items-center justify-between gap-x-1 gap-y-2 border-b border-line py-2 ps-4 pe-2">
        <span className="min-w-0 flex-1 basis-24 font-medium">{title}</span>
        <Segmented
          label={t('chart')}
          value={view}
          onChange={setView}
          options={[
            { value: 'chart', label: t('chart') },
            { value: 'table', label: t('table') },
          ]}
        />
        <Menu>
          <MenuTrigger asChild>
            <Button look="quiet">
              <Download size={16} aria-hidden />
              <span className="max-sm:sr-only">{t('export')}</span>
            </Button>
          </MenuTrigger>
          <MenuContent>
            <MenuItem
              disabled={drawn === null}
              onSelect={() => void drawn?.png().then((url) => saveUrl(`${stem}.png`, url))}
            >
              {t('export_png')}
            </MenuItem>
            <MenuItem
              disabled={drawn === null}
              onSelect={() => void drawn?.svg().then((svg) => saveFile(`${stem}.svg`, svg, 'image/svg+xml'))}
            >
              {t('export_svg')}
            </MenuItem>
            <MenuItem onSelect={() => saveFile(`${stem}.csv`, toCsv(columns, rows))}>
              {t('export_csv')}
            </MenuItem>
          </MenuContent>
        </Menu>
      </figcaption>
      <div className="p-4">
        {view === 'chart' ? (
          <Suspense fallback={<Skeleton className="h-80 w-full" />}>
            <ChartView
              label={t('chart_of', { title })}
              spec={spec}
              columns={columns}
              rows={rows}
              onDrawn={setDrawn}
            />
          </Suspense>
        ) : (
          <ResultTable label={title} columns={columns} rows={rows} />
        )}
      </div>
    </figure>
  );
}
