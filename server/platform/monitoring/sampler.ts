import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Database } from '../db/database.ts';
import { recentRequests, requestTotals } from '../metrics/http-metrics.ts';
import { setMachineUse } from '../metrics/machine-metrics.ts';
import { openJobs } from '../metrics/metrics.store.ts';
import { statementTotal } from '../metrics/query-metrics.ts';
import type { Machine, MachineReading } from './machine.ts';
import { addSample } from './samples.store.ts';
import { resolveSilent } from './system-alerts.store.ts';
import type { SystemAlerts } from './system-alerts.ts';

export interface SamplerParts {
  database: Database;
  machine: Machine;
  alerts: SystemAlerts;
  /** Names this process among all that ever ran on the store. */
  process: string;
  host: string;
  role: string;
}

/** Readings go to the alerts; a row of the minute goes to the store. */
export const readEveryMs = 10_000;
const readingsARow = 6;
const silentAfterMs = 15 * 60_000;

/** Looks at the machine and at what this process did, and keeps a row of each minute. */
export class Sampler {
  readonly #parts: SamplerParts;
  readonly #delay = monitorEventLoopDelay({ resolution: 20 });
  #last: MachineReading | null = null;
  #rowAt = performance.now();
  #before = { ...requestTotals(), statements: statementTotal() };
  #readings: MachineReading[] = [];

  constructor(parts: SamplerParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#delay.enable();
  }

  stop(): void {
    this.#delay.disable();
  }

  /** The last reading, or a first one. */
  async reading(): Promise<MachineReading> {
    this.#last ??= await this.#parts.machine.read();
    return this.#last;
  }

  /** Of the minute that runs. */
  get eventLoopP99Ms(): number {
    const ms = this.#delay.percentile(99) / 1e6;
    return Number.isFinite(ms) ? ms : 0;
  }

  async tick(): Promise<void> {
    const reading = await this.#parts.machine.read();
    this.#last = reading;
    this.#readings.push(reading);
    setMachineUse({
      cpu: reading.cpu.percent,
      memory: reading.memory.percent,
      disk: reading.disk?.percent ?? null,
    });
    await this.#parts.alerts.see(reading, performance.now());
    if (this.#readings.length >= readingsARow) await this.#keep();
  }

  async #keep(): Promise<void> {
    const { database, process, host, role } = this.#parts;
    const readings = this.#readings;
    this.#readings = [];
    const now = performance.now();
    const totals = { ...requestTotals(), statements: statementTotal() };
    const before = this.#before;
    const seconds = Math.max(1, (now - this.#rowAt) / 1000);
    this.#before = totals;
    this.#rowAt = now;
    const eventLoopMs = this.eventLoopP99Ms;
    this.#delay.reset();
    const { p50_ms: p50Ms, p95_ms: p95Ms, p99_ms: p99Ms } = recentRequests.over(60);
    const waiting = (await openJobs(database.sql)).reduce((sum, each) => sum + each.waiting, 0);
    const mean = (of: (reading: MachineReading) => number) =>
      readings.reduce((sum, each) => sum + of(each), 0) / readings.length;
    const at = new Date();
    await database.transaction(async (tx) => {
      await addSample(tx, {
        process,
        at,
        host,
        role,
        seconds,
        requests: totals.count - before.count,
        failed: totals.failed - before.failed,
        p50Ms,
        p95Ms,
        p99Ms,
        statements: totals.statements - before.statements,
        cpuPercent: mean(({ cpu }) => cpu.percent),
        processPercent: mean(({ cpu }) => cpu.process_percent),
        memoryPercent: mean(({ memory }) => memory.percent),
        processBytes: readings.at(-1)?.memory.process_bytes ?? 0,
        diskPercent: readings.at(-1)?.disk?.percent ?? null,
        jobsWaiting: waiting,
        eventLoopMs,
      });
      await resolveSilent(tx, new Date(at.getTime() - silentAfterMs), at);
    });
  }
}
