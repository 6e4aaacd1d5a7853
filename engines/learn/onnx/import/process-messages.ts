import type { PortType } from './model-file.ts';
import type { FeedData } from './model-inputs.ts';

export type ToModel =
  | { kind: 'open'; bytes: Uint8Array }
  | {
      kind: 'run';
      feeds: Record<string, { type: PortType; shape: number[]; data: FeedData }>;
      outputs: string[];
    };

export type FromModel =
  | { kind: 'opened' }
  | { kind: 'ran'; outputs: Record<string, Float32Array | Float64Array> }
  | { kind: 'failed'; why: string };
