import { type MachineMeasure, machineMeasures } from '@stroma/contracts';
import { newId } from '../ids.ts';
import type { Platform } from '../platform.ts';
import { systemContext } from '../system-actor.ts';
import { type LevelChange, LevelWatch } from './level-watch.ts';
import type { MachineReading } from './machine.ts';
import {
  type AlertRow,
  openAlertsOf,
  raiseAlert,
  raiseHighest,
  resolveAlert,
} from './system-alerts.store.ts';

/** Somebody who runs the installation. */
export interface Keeper {
  tenantId: string;
  email: string;
}

/** Over how long each level is looked at: the processor may be busy for a moment, a disk does not fill for one. */
const windowsMs: Record<MachineMeasure, number> = { cpu: 300_000, memory: 60_000, disk: 0 };

export type Thresholds = Record<MachineMeasure, number | null>;

const words: Record<MachineMeasure, string> = {
  cpu: 'The processor is busy',
  memory: 'Memory runs short',
  disk: 'The disk of the data folder is filling up',
};
const advice: Record<MachineMeasure, string> = {
  cpu: 'See on the System page what runs. Fewer jobs at once, or a worker on another machine, take load away.',
  memory:
    'See on the System page which process grows. STROMA_SQL_MEMORY_MB and STROMA_SQL_PROCESSES bound what queries take.',
  disk: 'Make room or add some before it is full: then nothing can be stored. The System page shows what takes it.',
};

/**
 * Tells who runs the installation, once, when the machine runs short of something, and puts it right when that is
 * over: an event at both ends, a mail at the first. Several processes on one machine tell as one.
 */
export class SystemAlerts {
  readonly #platform: Pick<Platform, 'db' | 'events' | 'mail' | 'log' | 'config'>;
  readonly #host: string;
  readonly #thresholds: Thresholds;
  readonly #keepers: () => Promise<Keeper[]>;
  readonly #watches = new Map<MachineMeasure, LevelWatch>();
  readonly #highest = new Map<MachineMeasure, number>();

  constructor(
    platform: Pick<Platform, 'db' | 'events' | 'mail' | 'log' | 'config'>,
    host: string,
    thresholds: Thresholds,
    keepers: () => Promise<Keeper[]>,
  ) {
    this.#platform = platform;
    this.#host = host;
    this.#thresholds = thresholds;
    this.#keepers = keepers;
  }

  /** One that was open when the process before this one ended goes on. */
  async start(): Promise<void> {
    const open = new Set((await openAlertsOf(this.#platform.db.sql, this.#host)).map((row) => row.measure));
    for (const measure of machineMeasures) {
      const threshold = this.#thresholds[measure];
      if (threshold === null) continue;
      this.#watches.set(measure, new LevelWatch(threshold, windowsMs[measure], open.has(measure)));
    }
  }

  /** `at`: milliseconds on a clock that does not go back. */
  async see({ cpu, memory, disk }: MachineReading, at: number): Promise<void> {
    const levels: Record<MachineMeasure, number | null> = {
      cpu: cpu.percent,
      memory: memory.percent,
      disk: disk?.percent ?? null,
    };
    for (const [measure, watch] of this.#watches) {
      const percent = levels[measure];
      if (percent === null) continue;
      const change = watch.see(percent, at);
      if (change !== null) await this.#tell(measure, change);
      else if (watch.raised) await this.#top(measure, percent);
    }
  }

  async #top(measure: MachineMeasure, percent: number): Promise<void> {
    if (percent <= (this.#highest.get(measure) ?? 0)) return;
    this.#highest.set(measure, percent);
    await raiseHighest(this.#platform.db.sql, this.#host, measure, percent);
  }

  async #tell(measure: MachineMeasure, { kind, percent }: LevelChange): Promise<void> {
    const { db, events, log } = this.#platform;
    this.#highest.set(measure, kind === 'raised' ? percent : 0);
    const keepers = await this.#keepers();
    const row = await db.transaction(async (tx) => {
      const changed =
        kind === 'raised'
          ? await raiseAlert(tx, {
              id: newId('systemAlert'),
              host: this.#host,
              measure,
              percent,
              highestPercent: percent,
              thresholdPercent: this.#thresholds[measure] ?? 0,
              raisedAt: new Date(),
            })
          : await resolveAlert(tx, this.#host, measure, new Date());
      if (changed === null) return null;
      for (const tenantId of new Set(keepers.map((each) => each.tenantId)))
        await events.publish(tx, systemContext(log, tenantId), 'system.alert', changed.id, {
          alert_id: changed.id,
          measure,
          status: kind === 'raised' ? 'active' : 'resolved',
          percent,
          threshold_percent: changed.thresholdPercent,
        });
      return changed;
    });
    if (row === null) return;
    log.warn(
      { measure, percent: Math.round(percent) },
      kind === 'raised' ? 'the machine runs short' : 'the machine has room again',
    );
    if (kind === 'raised') for (const keeper of keepers) await this.#mail(keeper, row);
  }

  /** A mail that cannot be sent holds nothing up; it is logged. */
  async #mail({ email: to, tenantId }: Keeper, { measure, percent, thresholdPercent, raisedAt }: AlertRow) {
    const { mail, log, config } = this.#platform;
    const page = `${config.STROMA_PUBLIC_URL?.replace(/\/$/, '') ?? ''}/admin/system`;
    const subject = `${words[measure]}: ${Math.round(percent)} %`;
    const text = [
      `${words[measure]} on ${this.#host}: ${Math.round(percent)} %, told of from ${thresholdPercent} %.`,
      '',
      `When: ${raisedAt.toISOString()}`,
      advice[measure],
      '',
      `See Admin > System in Stroma: ${page}`,
      'No further mail comes of it until it has been over.',
      '',
    ].join('\n');
    try {
      await mail.send({ to, tenantId, subject, text });
    } catch (error) {
      log.error({ err: error }, 'a mail about the machine could not be sent');
    }
  }
}
