import type { BoardDocument, Dashboard } from '@stroma/contracts';
import { useReducer } from 'react';

export interface Edits {
  past: readonly BoardDocument[];
  present: BoardDocument;
  future: readonly BoardDocument[];
  /** Changes with the same name one after the other are one step back. */
  last: string | null;
}

type Action =
  | { kind: 'change'; name: string | null; to: (now: BoardDocument) => BoardDocument }
  | { kind: 'undo' }
  | { kind: 'redo' }
  | { kind: 'begin'; with: BoardDocument };

const mostSteps = 100;

export function edited(edits: Edits, action: Action): Edits {
  const { past, present, future } = edits;
  switch (action.kind) {
    case 'begin':
      return { past: [], present: action.with, future: [], last: null };
    case 'undo': {
      const before = past.at(-1);
      return before === undefined
        ? edits
        : { past: past.slice(0, -1), present: before, future: [present, ...future], last: null };
    }
    case 'redo': {
      const [next, ...rest] = future;
      return next === undefined
        ? edits
        : { past: [...past, present], present: next, future: rest, last: null };
    }
    case 'change': {
      const next = action.to(present);
      if (next === present) return edits;
      const goesOn = action.name !== null && action.name === edits.last;
      return {
        past: goesOn ? past : [...past.slice(1 - mostSteps), present],
        present: next,
        future: [],
        last: action.name,
      };
    }
  }
}

export function useBoardEdits(board: Dashboard) {
  const [edits, act] = useReducer(edited, board, (from) => ({
    past: [],
    present: documentOf(from),
    future: [],
    last: null,
  }));
  return {
    document: edits.present,
    isChanged: edits.past.length > 0,
    canUndo: edits.past.length > 0,
    canRedo: edits.future.length > 0,
    undo: () => act({ kind: 'undo' }),
    redo: () => act({ kind: 'redo' }),
    begin: (from: Dashboard) => act({ kind: 'begin', with: documentOf(from) }),
    change: (to: (now: BoardDocument) => BoardDocument, name: string | null = null) =>
      act({ kind: 'change', name, to }),
  };
}
export type BoardEdits = ReturnType<typeof useBoardEdits>;

/** What of a dashboard somebody makes; the rest is the server's. */
export function documentOf(board: BoardDocument): BoardDocument {
  const { name, description, tiles, filters, variables, time_range, refresh_s, cross_filter } = board;
  return { name, description, tiles, filters, variables, time_range, refresh_s, cross_filter };
}
