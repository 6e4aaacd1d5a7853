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
const outOfTime = Symbol('out of time');
export type Course = Pick<
  NetworkTrainingOptions,
  'onProgress' | 'onState' | 'onMemory' | 'signal' | 'from' | 'patience'
>;

/** Tells of a training, keeps its state, and ends it in time with the best it had. */
export class Watch {
  readonly #task: OwnTask;
  readonly #problem: Problem;
  readonly #patience: number | null;
  readonly #run: OwnRun;
  readonly #began = performance.now();
  readonly #late = new AbortController();
  #state: NetworkTrainingState | null = null;
  #curve: TrainingStep[] = [];
  #keptAt = performance.now();
  #kept = 0;
  #timedOut = false;
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
    const from = state === null ? null : (deserialize(readFileSync(state)) as NetworkTrainingState);
    this.#state = from;
    this.#curve = [...(from?.checks ?? [])];
    const course: Course = {
      signal: this.#late.signal,
      onMemory: (bytes) => {
        this.memoryBytes = bytes;
      },
      onState: (reached) => this.#keep(reached),
      onProgress: (progress) => this.#tell(progress),
      ...(from !== null && { from }),
    };
    try {
      return await fit(course);
    } catch (error) {
      if (error !== outOfTime || this.#state?.best == null) throw error;
      this.#timedOut = true;
      // Without patience it ends at once, with the best that state holds.
      return fit({ from: this.#state, patience: 0 });
    }
  }

  stopped({ stopped, step }: { stopped: string; step: number }): { reason: string; message: string } {
    if (this.#timedOut)
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
    this.#state = reached;
    const { stateMs, table, timeLimitSeconds } = this.#task;
    const now = performance.now();
    if (now - this.#began > timeLimitSeconds * 1000) this.#late.abort(outOfTime);
    if (now - this.#keptAt < Math.min(stateMs, Math.max(firstStateMs, this.#keptAt - this.#began))) return;
    this.#keptAt = now;
    const path = join(table.folder, `state-${this.#kept++}`);
    writeFileSync(`${path}.part`, serialize(reached));
    renameSync(`${path}.part`, path);
    this.#run.kept(path);
  }

  #tell({ epoch, epochs, step, steps, loss, score, best, metric, secondsLeft }: NetworkProgress): void {
    this.#curve.push({ step, epoch, loss, score });
    this.metric = metric as TrainingProgress['metric'];
    const seconds = (performance.now() - this.#began) / 1000;
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
