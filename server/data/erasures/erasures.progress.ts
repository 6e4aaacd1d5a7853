import type { ErasureCertificateDocument } from '@stroma/contracts';

type Document = ErasureCertificateDocument;

/** What an erasure has done so far: as much of its certificate, and what is still to be disposed of. */
export interface ErasureProgress {
  versions: Document['versions'];
  /** Objects no version names any more; disposed of one after the other. */
  pending: string[];
  objects: Document['objects'];
  records: Document['records'];
  derived: Document['derived'];
  accounts: string[];
  invitations: number;
  consents: number;
  mail: number;
  /** Ids of the messages that are counted. */
  messages?: string[];
  /** By step, the id of the upload that a new version is being written under. */
  rewriting?: Record<string, string>;
  /** Steps that are done as a whole. */
  done: string[];
}

export const noProgress = (): ErasureProgress => ({
  versions: [],
  pending: [],
  objects: [],
  records: [],
  derived: [],
  accounts: [],
  invitations: 0,
  consents: 0,
  mail: 0,
  done: [],
});
