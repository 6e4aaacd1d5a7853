import type { ForwardRun } from '../architecture.ts';

/** What a forward function is told beside its inputs. */
export interface NetworkMode extends Pick<ForwardRun, 'adapt'> {
  /** Values the head gives a row. */
  outputs: number;
  /** 0 for predictions. */
  dropoutRate: number;
}

export const modeOf = (outputs: number, dropout: number, { training, adapt }: ForwardRun): NetworkMode => ({
  outputs,
  dropoutRate: training ? dropout : 0,
  ...(adapt && { adapt }),
});

/** Biases, and the scales and shifts of norms, go free of weight decay. */
export const decays = (parameter: string): boolean => !/(bias|Bias|scale|shift)$/.test(parameter);
