import { statfs } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';

export interface Share {
  percent: number;
  used_bytes: number;
  total_bytes: number;
}

export interface MachineReading {
  cpu: { percent: number; process_percent: number; cores: number };
  memory: Share & { process_bytes: number };
  /** Of the data folder; null where it cannot be read. */
  disk: Share | null;
}

/** How full the machine is. In a container its limit of memory counts, not the memory of the host. */
export interface Machine {
  read(): Promise<MachineReading>;
}

/** Shares of the processor are of the time since the reading before. */
export function openMachine(dataFolder: string): Machine {
  let before = ticks();
  let ownBefore = process.cpuUsage();
  let timeBefore = performance.now();
  let percent = 0;
  let processPercent = 0;
  return {
    async read() {
      const cores = availableParallelism();
      const now = ticks();
      const time = performance.now();
      const passed = now.all - before.all;
      // Two readings at once have no time between them: the one before still holds.
      if (passed > 0 && time - timeBefore > 250) {
        percent = shareOf(passed - (now.idle - before.idle), passed);
        const own = process.cpuUsage(ownBefore);
        processPercent = Math.min(100, ((own.user + own.system) / 1000 / (time - timeBefore) / cores) * 100);
        before = now;
        ownBefore = process.cpuUsage();
        timeBefore = time;
      }
      const total = memoryLimit();
      const used = Math.max(0, total - process.availableMemory());
      return {
        cpu: { percent, process_percent: processPercent, cores },
        memory: {
          percent: shareOf(used, total),
          used_bytes: used,
          total_bytes: total,
          process_bytes: process.memoryUsage.rss(),
        },
        disk: await diskOf(dataFolder),
      };
    },
  };
}

function ticks(): { all: number; idle: number } {
  let all = 0;
  let idle = 0;
  for (const { times } of cpus()) {
    all += times.user + times.nice + times.sys + times.idle + times.irq;
    idle += times.idle;
  }
  return { all, idle };
}

/** The limit of the control group where there is one below what the machine has. */
function memoryLimit(): number {
  const limit = process.constrainedMemory();
  return limit > 0 && limit < totalmem() ? limit : totalmem();
}

const shareOf = (part: number, whole: number): number =>
  whole <= 0 ? 0 : Math.min(100, Math.max(0, (part / whole) * 100));

/** As `df` tells it: what only the superuser may still fill counts as used. */
async function diskOf(folder: string): Promise<Share | null> {
  try {
    const { bsize, blocks, bfree, bavail } = await statfs(folder);
    const used = (blocks - bfree) * bsize;
    const total = used + bavail * bsize;
    return { percent: shareOf(used, total), used_bytes: used, total_bytes: total };
  } catch {
    return null;
  }
}
