import { randomBytes } from 'node:crypto';
import { copyFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Context } from '../../platform/context.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Uploads } from '../uploads.service.ts';
import { hasUploads } from '../uploads.store.ts';

/** Open data that may be passed on; the files come with the npm package vega-datasets. */
const samples = [
  {
    file: 'penguins.json',
    name: 'Palmer penguins',
    description:
      'Size, sex and island of 344 penguins of three species in the Palmer Archipelago, Antarctica. Source: K. B. Gorman, T. D. Williams, W. R. Fraser (2014), PLoS ONE 9(3): e90081, doi:10.1371/journal.pone.0090081, and Palmer Station LTER, through the palmerpenguins package. Licence: CC0 1.0.',
  },
  {
    file: 'gapminder.json',
    name: 'Gapminder',
    description:
      'Population, life expectancy and fertility of countries every five years from 1955 to 2005. Source: free material from gapminder.org. Licence: CC BY 4.0.',
  },
  {
    file: 'seattle-weather.csv',
    name: 'Seattle weather',
    description:
      'Daily precipitation, temperature, wind and weather in Seattle from 2012 to 2015. Source: NOAA National Climatic Data Center. Licence: public domain (work of the United States government).',
  },
] as const;

/** The sample workspace: real files that come in through the same door as everyone's. */
export class Samples {
  readonly #platform: Platform;
  readonly #uploads: Uploads;

  constructor(platform: Platform, uploads: Uploads) {
    this.#platform = platform;
    this.#uploads = uploads;
  }

  /** Returns the jobs that read them. Loading them twice gives the same datasets. */
  async load(ctx: Context): Promise<string[]> {
    const entry = fileURLToPath(import.meta.resolve('vega-datasets'));
    const folder = join(dirname(entry), '..', 'data');
    const jobs: string[] = [];
    for (const { file, name, description } of samples) {
      const copy = join(this.#platform.scratchFolder, `sample-${randomBytes(8).toString('hex')}`);
      await copyFile(join(folder, file), copy);
      jobs.push(await this.#uploads.add(ctx, copy, { fileName: file, name, description, sample: true }));
    }
    return jobs;
  }

  /** On a first start, before anyone has sent anything. */
  async loadOnFirstStart(ctx: Context): Promise<void> {
    if (!this.#platform.config.STROMA_DEMO || (await hasUploads(this.#platform.db.sql, ctx))) return;
    await this.load(ctx);
  }
}
