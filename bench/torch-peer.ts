import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What a program of bench/*.py prints of PyTorch, and what it multiplies with. */
export interface TorchPeer {
  version: string;
  blas: string;
}

const python = process.env.BENCH_PYTHON ?? '/usr/bin/python3';

/** Runs a Python program beside this one. Null, with the reason on standard error, where there is no fair peer. */
export async function runTorch<T extends TorchPeer>(program: string, args: string[]): Promise<T | null> {
  try {
    const { stdout } = await promisify(execFile)(python, [join(import.meta.dirname, program), ...args]);
    const peer: T = JSON.parse(stdout);
    if (peer.blas !== 'reference') return peer;
    console.error(
      'The peer is skipped: its torch multiplies with the slow reference BLAS (apt-get install libopenblas0).',
    );
    return null;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    if (!/No module named|ENOENT/.test(text)) throw error;
    console.error(
      `The peer is skipped: ${python} has no torch (apt-get install python3-torch, or set BENCH_PYTHON).`,
    );
    return null;
  }
}
