import { type IdKind, idPrefixes } from '@stroma/contracts';
import { uuidv7 } from 'uuidv7';

/** A new id such as `ds_0198...`: sorted by time of making. */
export const newId = (kind: IdKind): string => `${idPrefixes[kind]}_${uuidv7()}`;
