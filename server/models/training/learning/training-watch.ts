import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { TrainingProgress, TrainingStep } from '@stroma/contracts';
import type { Prepared, Problem } from '@stroma/learn';
import type { NetworkProgress, NetworkTrainingOptions, NetworkTrainingState } from '@stroma/learn/networks';
import type { OwnRun, OwnTask } from './own-task.ts';

const shownPoints = 200;
/** Soon first, so that a short training is not begun anew either; then ever less often. */
const firstStateMs = 1000;
/** Of the time limit, most that is kept for judging and storing, and how much of a training is closed in a second. */
const closingShare = 0.2;
const closedBytes = 1.5e8;
export type Course = Pick<NetworkTrainingOptions, 'onProgress' | 'onState' | 'onMemory' | 'isLate' | 'from'>;
/** With the seconds of the limit that were used. */
type KeptState = NetworkTrainingState & { seconds?: number };

/** Tells of a training, keeps its state, and ends it in time with the best it had. */
export class Watch {
  readonly #task: OwnTask;
  readonly #problem: Problem;
  readonly #patience: number | null;
  readonly #run: OwnRun;
  readonly #began = performance.now();
  /** Of an attempt that was cut off. */
  #before = 0;
  #curve: TrainingStep[] = [];
  #keptAt = performance.now();
  #kept = 0;
  memoryBytes = 0;
  metric: TrainingProgress['metric'] = null;

  constructor(task: OwnTask, { problem }: Pick<Prepared, 'problem'>, patience: number | null, run: OwnRun) {
    this.#task = task;
    this.#problem = problem;
    this.#patience = patience;
    this.#run = run;
  }

  async through<Fitted>(fit: (course: Course) => Promise<Fitted>): Promise<Fitted> {
    const { state } = this.#task;
    const from = state === null ? null : (deserialize(readFileSync(state)) as KeptState);
    this.#before = from?.seconds ?? 0;
    this.#curve = [...(from?.checks ?? [])];
    return fit({
      isLate: () => this.#seconds + this.#closing > this.#task.timeLimitSeconds,
      onMemory: (bytes) => {
        this.memoryBytes = bytes;
      },
      onState: (reached) => this.#keep(reached),
      onProgress: (progress) => this.#tell(progress),
      ...(from !== null && { from }),
    });
  }

  /** Seconds that judging and storing may take: the more the larger the network. */
  get #closing(): number {
    return Math.min(closingShare * this.#task.timeLimitSeconds, this.memoryBytes / closedBytes);
  }

  get #seconds(): number {
    return this.#before + (performance.now() - this.#began) / 1000;
  }

  stopped({ stopped, step }: { stopped: string; step: number }): { reason: string; message: string } {
    if (stopped === 'late')
      return {
        reason: 'time_limit',
        message: `The ${this.#task.timeLimitSeconds} seconds were over; the best look, after step ${step}, was taken.`,
      };
    return stopped === 'no_better'
      ? {
          reason: 'no_better',
          message: `${this.#patience} looks brought no better score; the best, after step ${step}, was taken.`,
        }
      : {
          reason: 'all_epochs',
          message: `All epochs were gone through; the best look, after step ${step}, was taken.`,
        };
  }

  decisions(heldOut: number) {
    return [
      {
        decision: 'early_stopping_rows',
        columns: [],
        message: `${heldOut} of the rows it learned from stopped it, and are not among those its scores are of. It was not trained again with the rows kept back.`,
      },
    ];
  }

  #keep(reached: NetworkTrainingState): void {
    const { stateMs, table } = this.#task;
    const now = performance.now();
    if (now - this.#keptAt < Math.min(stateMs, Math.max(firstStateMs, this.#keptAt - this.#began))) return;
    this.#keptAt = now;
    const path = join(table.folder, `state-${this.#kept++}`);
    writeFileSync(`${path}.part`, serialize({ ...reached, seconds: this.#seconds } satisfies KeptState));
    renameSync(`${path}.part`, path);
    this.#run.kept(path);
  }

  #tell({ epoch, epochs, step, steps, loss, score, best, metric, secondsLeft }: NetworkProgress): void {
    this.#curve.push({ step, epoch, loss, score });
    this.metric = metric as TrainingProgress['metric'];
    const seconds = this.#seconds;
    const left = Math.max(0, Math.min(secondsLeft, this.#task.timeLimitSeconds - seconds));
    const fraction = Math.max(step / steps, seconds / this.#task.timeLimitSeconds);
    this.#run.progress(Math.min(0.98, fraction), 'training');
    this.#run.told({
      phase: 'training',
      fraction: Math.min(0.98, fraction),
      seconds,
      fits: 0,
      metric: this.metric,
      problem_type: this.#problem.type,
      leaderboard: [],
      search_curve: [],
      network: {
        step,
        steps,
        epoch,
        epochs,
        best,
        seconds_left: left,
        memory_bytes: this.memoryBytes,
        curve: thinned(this.#curve),
      },
    });
  }
}

/** At most so many, the last among them. */
function thinned(checks: readonly TrainingStep[]): TrainingStep[] {
  const every = Math.ceil(checks.length / shownPoints);
  return checks.filter((_, at) => (checks.length - 1 - at) % every === 0);
}
