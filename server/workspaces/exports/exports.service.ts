import { hash } from 'node:crypto';
import { join } from 'node:path';
import type { BoardState, Dashboard, ExportFormat, TileResult } from '@stroma/contracts';
import type { Access, Audit } from '../../access/index.ts';
import manifest from '../../package.json' with { type: 'json' };
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import { printDocument } from '../../platform/print/print-document.ts';
import type { ExportInput, ExportNotes, ExportOutput } from './export-input.ts';
import { stateWords } from './filter-words.ts';
import type { ShownBoards } from './shown-boards.ts';

const worker = new URL('./export.worker.ts', import.meta.url);
const template = new URL('./board.typ', import.meta.url);
const software = `stroma ${manifest.version}`;
/** Drawing takes about a second; what takes longer than this was made to. */
const longestMs = 60_000;
/** In one process, drawn or waiting to be. */
const mostAtOnce = 16;

export interface ExportOrder {
  format: ExportFormat;
  state: BoardState;
  tile_id?: string | null;
  scheme: 'light' | 'dark';
  width?: number;
}

export interface Exported {
  exportId: string;
  fileName: string;
  contentType: string;
  bytes: Uint8Array<ArrayBuffer>;
  provenanceId: string;
  board: Dashboard;
}

export interface ExportsParts {
  platform: Pick<Platform, 'db' | 'threads' | 'provenance' | 'scratchFolder'>;
  audit: Audit;
  people: Access['people'];
  boards: ShownBoards;
}

/** Dashboards as files: what somebody sees of them at this moment. */
export class Exports {
  readonly #parts: ExportsParts;
  #running = 0;

  constructor(parts: ExportsParts) {
    this.#parts = parts;
  }

  /** Throws NOT_FOUND, UNPROCESSABLE, OVERLOADED. On record and with provenance when it is answered. */
  async make(ctx: Context, dashboardId: string, order: ExportOrder): Promise<Exported> {
    if (this.#running >= mostAtOnce)
      fail('OVERLOADED', 'Too many dashboards are being exported. Try again in a moment.');
    this.#running += 1;
    try {
      return await this.#make(ctx, dashboardId, order);
    } finally {
      this.#running -= 1;
    }
  }

  async #make(ctx: Context, dashboardId: string, order: ExportOrder): Promise<Exported> {
    const { boards } = this.#parts;
    const startedAt = new Date();
    const whole = await boards.get(ctx, dashboardId);
    const board = order.tile_id == null ? whole : oneTile(whole, order.tile_id);
    const asked = board.tiles.filter(({ query }) => query !== null).map(({ tile_id }) => tile_id);
    const results =
      asked.length === 0 ? [] : (await boards.data(ctx, dashboardId, order.state, asked)).results;
    const exportId = newId('export');
    const notes = await this.#notes(ctx, exportId, board, results, order.state, startedAt);
    const input: ExportInput = {
      format: order.format,
      board: { ...board },
      results,
      scheme: order.scheme,
      width: order.width ?? 1280,
      notes,
      fonts: join(this.#parts.platform.scratchFolder, 'fonts'),
    };
    const { bytes, extension, contentType } = await this.#draw(ctx, input);
    const fileName = `${titleOf(board)} ${startedAt.toISOString().slice(0, 10)}.${extension}`;
    const sha256 = hash('sha256', bytes);
    const provenanceId = await this.#record(ctx, {
      board,
      order,
      notes,
      exportId,
      fileName,
      sha256,
      startedAt,
      size: bytes.length,
    });
    return { exportId, fileName, contentType, bytes, provenanceId, board };
  }

  async #draw(
    ctx: Context,
    input: ExportInput,
  ): Promise<{ bytes: Uint8Array<ArrayBuffer>; extension: string; contentType: string }> {
    const late = AbortSignal.timeout(longestMs);
    const signal = AbortSignal.any([ctx.signal, late]);
    try {
      const output = await this.#parts.platform.threads.run<ExportInput, ExportOutput>(worker, input, {
        signal,
      });
      if (output.kind === 'file') return output;
      const pdf = await printDocument(template, output.document, signal, { fonts: input.fonts });
      return { bytes: new Uint8Array(pdf), extension: 'pdf', contentType: 'application/pdf' };
    } catch (error) {
      if (late.aborted && !ctx.signal.aborted)
        fail(
          'UNPROCESSABLE',
          `The dashboard was not drawn within ${longestMs / 1000} s. Export single tiles, or fewer rows.`,
          {},
          error,
        );
      throw error;
    }
  }

  async #notes(
    ctx: Context,
    exportId: string,
    board: Dashboard,
    results: readonly TileResult[],
    state: BoardState,
    at: Date,
  ): Promise<ExportNotes> {
    const titles = new Map(
      board.tiles.map(({ tile_id, title, kind }) => [tile_id, title === '' ? kind : title]),
    );
    const versions = new Map(
      results.flatMap(({ dataset_versions }) => dataset_versions).map((each) => [each.version_id, each]),
    );
    return {
      exportId,
      organisation: await this.#parts.people.organisation(ctx.actor.tenantId),
      madeBy: ctx.actor.name,
      madeAt: `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`,
      software,
      filters: stateWords(board, state),
      datasets: [...versions.values()].map(({ name, number, version_id }) => ({
        name,
        number,
        versionId: version_id,
      })),
      queries: results.flatMap(({ tile_id, sql }) =>
        sql === null ? [] : [{ title: titles.get(tile_id) ?? '', sha256: hash('sha256', sql).slice(0, 16) }],
      ),
    };
  }

  async #record(
    ctx: Context,
    made: {
      board: Dashboard;
      order: ExportOrder;
      notes: ExportNotes;
      exportId: string;
      fileName: string;
      sha256: string;
      startedAt: Date;
      size: number;
    },
  ): Promise<string> {
    const { platform, audit } = this.#parts;
    const { board, order, notes, exportId, fileName, sha256, startedAt, size } = made;
    return platform.db.transaction(async (tx) => {
      await audit.record(tx, ctx, {
        action: 'dashboard.exported',
        object: { kind: 'dashboard', id: board.dashboard_id },
        outcome: 'success',
        after: order,
        details: {
          export: exportId,
          format: order.format,
          tile: order.tile_id ?? null,
          revision: board.revision,
          bytes: size,
          sha256,
        },
      });
      return platform.provenance.record(tx, ctx, {
        kind: 'export',
        label: `${board.name} as ${order.format}`,
        parameters: {
          dashboard_id: board.dashboard_id,
          revision: board.revision,
          format: order.format,
          tile_id: order.tile_id ?? null,
          state: order.state,
          queries: notes.queries,
        },
        seed: null,
        software,
        startedAt,
        endedAt: new Date(),
        inputs: notes.datasets.map(({ name, number, versionId }) => ({
          id: versionId,
          kind: 'dataset_version',
          label: `${name} version ${number}`,
          sha256: null,
          link: null,
        })),
        outputs: [{ id: exportId, kind: 'export', label: fileName, sha256, link: null }],
      });
    });
  }
}

/** The board with one tile alone, in the place of all. */
function oneTile(board: Dashboard, tileId: string): Dashboard {
  const tile = board.tiles.find(({ tile_id }) => tile_id === tileId);
  if (tile === undefined) return fail('NOT_FOUND', 'There is no such tile on this dashboard.');
  const height = Math.max(8, tile.place.h);
  return { ...board, tiles: [{ ...tile, place: { x: 0, y: 0, w: 12, h: height } }] };
}

function titleOf({ name, tiles }: Dashboard): string {
  const [only] = tiles;
  return tiles.length === 1 && only !== undefined && only.title !== '' ? only.title : name;
}
