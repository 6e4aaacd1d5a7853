import { hash } from 'node:crypto';
import { canonicalJson } from '../../platform/provenance/canonical-json.ts';

/** SHA-256 of the canonical JSON of a value. */
export const canonicalHash = (value: unknown): string => hash('sha256', canonicalJson(value));
