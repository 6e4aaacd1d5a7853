import { z } from 'zod';

/** What somebody with the rights on the data folder may have done, beside or without a running server. */
export const operatorInputs = {
  backup: z.strictObject({
    target: z.string().optional(),
    passphrase: z.string().min(12, 'expected a passphrase of at least 12 characters'),
    verify: z.boolean(),
  }),
  'rotate-keys': z.strictObject({}),
  'keys-state': z.strictObject({}),
  'verify-audit': z.strictObject({}),
  'anchor-audit': z.strictObject({}),
} as const;

export type OperatorCommand = keyof typeof operatorInputs;
type Input<Command extends OperatorCommand> = z.output<(typeof operatorInputs)[Command]>;

export interface Running {
  signal: AbortSignal;
  /** 0-1. */
  onProgress(fraction: number, phase: string): void;
}

export type OperatorCommands = {
  [Command in OperatorCommand]: (input: Input<Command>, running: Running) => Promise<object>;
};

export const operatorRequest = z.object({
  command: z.enum(Object.keys(operatorInputs) as [OperatorCommand, ...OperatorCommand[]]),
  input: z.unknown(),
});

export async function runOperatorCommand(
  commands: OperatorCommands,
  { command, input }: z.output<typeof operatorRequest>,
  running: Running,
): Promise<object> {
  const run = commands[command] as (input: unknown, running: Running) => Promise<object>;
  return await run(operatorInputs[command].parse(input), running);
}

/** A line of the answer: how far it is, then how it ended. */
export type OperatorLine =
  | { progress: number; phase: string }
  | { result: object }
  | { error: { code: string; message: string; details: Record<string, unknown> } };
