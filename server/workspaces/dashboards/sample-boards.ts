import type { Data } from '../../data/index.ts';
import type { Context } from '../../platform/context.ts';
import { withinTenant } from '../../platform/db/tenant-scope.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Dashboards } from './dashboards.service.ts';
import { hasDashboards } from './dashboards.store.ts';
import { sampleBoard } from './sample-board.ts';

/** Makes the sample board once the sample datasets are read, where nobody ever made a board. */
export class SampleBoards {
  readonly #platform: Platform;
  readonly #data: Pick<Data, 'samples'>;
  readonly #dashboards: Dashboards;
  #stop: (() => void) | null = null;
  #making: Promise<boolean> | null = null;

  constructor(parts: { platform: Platform; data: Pick<Data, 'samples'> }, dashboards: Dashboards) {
    this.#platform = parts.platform;
    this.#data = parts.data;
    this.#dashboards = dashboards;
  }

  async begin(ctx: Context): Promise<void> {
    if (!this.#platform.config.STROMA_DEMO) return;
    const { tenantId } = ctx.actor;
    // Heard before it is looked for, so that what ends in between is not missed.
    this.#stop = await this.#platform.events.subscribe(tenantId, 'data', ({ type }) => {
      if (type === 'data.processing.complete') void this.#try(ctx);
      return true;
    });
    await this.#try(ctx);
  }

  stop(): void {
    this.#stop?.();
    this.#stop = null;
  }

  /** One after the other: two datasets that end at once make one board. */
  async #try(ctx: Context): Promise<void> {
    const before = this.#making ?? Promise.resolve(false);
    this.#making = before.then((isDone) => isDone || withinTenant(ctx.actor.tenantId, () => this.#make(ctx)));
    try {
      if (await this.#making) this.stop();
    } catch (error) {
      this.#making = null;
      this.stop();
      ctx.log.error({ err: error }, 'the sample dashboard could not be made');
    }
  }

  /** Whether there is nothing more to do. */
  async #make(ctx: Context): Promise<boolean> {
    if (await hasDashboards(this.#platform.db.sql, ctx.actor.tenantId)) return true;
    const ids = await this.#data.samples(ctx);
    const weather = ids.get('seattle-weather.csv');
    const penguins = ids.get('penguins.json');
    const gapminder = ids.get('gapminder.json');
    if (weather === undefined || penguins === undefined || gapminder === undefined) return false;
    await this.#dashboards.create(
      ctx,
      sampleBoard({ weather, penguins, gapminder }),
      'Made with the samples',
      true,
    );
    return true;
  }
}
