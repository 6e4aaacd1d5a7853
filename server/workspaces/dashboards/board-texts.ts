import type { BoardDocument } from '@stroma/contracts';
import type { SealedTable } from '../../platform/crypto/sealed-table.ts';
import type { Platform } from '../../platform/platform.ts';
import {
  type DashboardRow,
  type DashboardVersionRow,
  datasetsOf,
  metricsOf,
  type StoredDashboard,
  type StoredVersion,
} from './dashboards.store.ts';

/** What a board is made of, as it lies in the store: its statements, filters and texts may name what is in the data. */
export class BoardTexts {
  readonly #boards: SealedTable<'document'>;
  readonly #versions: SealedTable<'document'>;

  constructor({ sealed }: Pick<Platform, 'sealed'>) {
    this.#boards = sealed.know({ table: 'dashboards', columns: ['document'] });
    this.#versions = sealed.know({
      table: 'dashboard_versions',
      columns: ['document'],
      id: "(dashboard_id || ' ' || revision)",
    });
  }

  async board(row: DashboardRow): Promise<StoredDashboard> {
    return { ...row, ...(await this.changed(row.tenantId, row.id, row.document)) };
  }

  /** What stands in place of the document, and which datasets and metrics it is of. */
  async changed(tenantId: string, id: string, document: BoardDocument) {
    const sealed = await this.#boards.seal(tenantId, id, { document: JSON.stringify(document) });
    return { ...sealed, datasetIds: datasetsOf(document), metricIds: [...new Set(metricsOf(document))] };
  }

  async version(row: DashboardVersionRow): Promise<StoredVersion> {
    const id = `${row.dashboardId} ${row.revision}`;
    const texts = { document: JSON.stringify(row.document) };
    return { ...row, ...(await this.#versions.seal(row.tenantId, id, texts)) };
  }

  async openBoards(tenantId: string, rows: readonly StoredDashboard[]): Promise<DashboardRow[]> {
    const opened = await this.#boards.openAll(tenantId, rows, ({ id }) => id);
    return opened.map(({ datasetIds: _datasets, metricIds: _metrics, document, ...row }) => ({
      ...row,
      document: JSON.parse(document ?? 'null'),
    }));
  }

  async openVersions(tenantId: string, rows: readonly StoredVersion[]): Promise<DashboardVersionRow[]> {
    const opened = await this.#versions.openAll(
      tenantId,
      rows,
      ({ dashboardId, revision }) => `${dashboardId} ${revision}`,
    );
    return opened.map((row) => ({ ...row, document: JSON.parse(row.document ?? 'null') }));
  }
}
