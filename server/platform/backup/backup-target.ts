import type { Readable } from 'node:stream';
import type { SealedSource } from '../crypto/keys.ts';
import { fail } from '../failure.ts';

export interface StoredBackup {
  name: string;
  bytes: number;
}

/** Where backups lie: a folder, or a bucket and what its keys begin with. Throws STORAGE_UNAVAILABLE. */
export interface BackupTarget {
  /** As it was given, without secrets. */
  readonly address: string;
  /** The file is whole or absent. */
  write(name: string, content: Readable, signal?: AbortSignal): Promise<StoredBackup>;
  /** Backups alone, whatever else lies there; the newest last. */
  list(): Promise<StoredBackup[]>;
  /** Throws NOT_FOUND. */
  open(name: string): Promise<SealedSource>;
  remove(name: string): Promise<void>;
}

/** Sorted by name they are sorted by time. */
export const backupName = (at: Date, id: string): string =>
  `stroma-${at.toISOString().replace(/[-:]/g, '').replace(/\.\d+/, '')}-${id.slice(-8)}.backup`;

export const isBackupName = (name: string): boolean => /^stroma-\d{8}T\d{6}Z-[0-9a-f]{8}\.backup$/.test(name);

/** The place and the name of one backup file in it. */
export function splitAddress(address: string): { place: string; name: string } {
  const at = address.lastIndexOf('/');
  const name = address.slice(at + 1);
  if (name === '') return fail('INVALID_INPUT', `Expected the address of a backup file, given "${address}".`);
  return { place: at === -1 ? '.' : at === 0 ? '/' : address.slice(0, at), name };
}
