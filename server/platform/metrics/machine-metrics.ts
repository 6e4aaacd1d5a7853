import { Counter, Gauge } from 'prom-client';
import { registry } from './metrics.ts';

const instrument = { registers: [registry] };

const used = new Gauge({
  ...instrument,
  name: 'stroma_machine_used_ratio',
  help: 'Share of the machine that is in use, 0 to 1: cpu, memory, disk of the data folder',
  labelNames: ['resource'],
});
const errors = new Counter({
  ...instrument,
  name: 'stroma_errors_total',
  help: 'Faults that came into the error log, by level',
  labelNames: ['level'],
});

/** Percent; null where it cannot be read. */
export function setMachineUse(percent: { cpu: number; memory: number; disk: number | null }): void {
  used.set({ resource: 'cpu' }, percent.cpu / 100);
  used.set({ resource: 'memory' }, percent.memory / 100);
  if (percent.disk !== null) used.set({ resource: 'disk' }, percent.disk / 100);
}

export function countError(level: 'error' | 'fatal'): void {
  errors.inc({ level });
}
