import { columnOperand, measure } from './reader-parts.ts';
import type { ReaderState } from './reader-state.ts';
import type { IndexedColumn } from './schema-index.ts';

/** Readings that only rows pointing to other rows allow, before the frame is made. */
export function settleView(state: ReaderState): void {
  if (state.index.view === null) return;
  absorbNouns(state);
  addMoney(state);
}

const handedOver =
  /\b(?:(?:were|was|been|are|get|got|have) (?:\w+ )?(?:sold|bought|purchased|ordered|shipped|rented|borrowed)|did (?:\w+ ){1,4}?(?:sell|buy|purchase|order|ship|rent|borrow))\b|^\W*(?:how many|number of) (?:\w+ ){1,3}sold\b/;

/** "How many cars were sold": each sale counts, also where the same car was sold twice. */
export function countHandedOver(state: ReaderState): void {
  if (state.index.view === null) return;
  const said = state.tokens.map((token) => token.lower).join(' ');
  if (!handedOver.test(said) || /\b(?:different|distinct|unique)\b/.test(said)) return;
  for (const item of state.measures) {
    const column = item.operand?.kind === 'column' ? item.operand.column : null;
    if (item.fn !== 'distinct' || column?.entityOf == null || column.distance > 0) continue;
    Object.assign(item, { fn: 'rows', operand: null, table: state.index.view?.base ?? null });
    state.skipped.add(column.name);
    state.notes.push(
      `each row of ${state.index.view?.base.name ?? ''} counts, also of the same ${column.entityOf.table.name}`,
    );
  }
}

const beside = new Set(['to', 'of', 'for', 'from', 'with', 'in', 'on', 'at', 'among', 'who', 'is']);

/** "Sales to customers in NY": the noun only says whose state it is. */
function absorbNouns(state: ReaderState): void {
  if (state.measures.length === 0 && state.pending.length === 0) return;
  state.bare = state.bare.filter((item) => {
    const { entityOf } = item.column;
    const rowsCounted =
      state.measures.some((other) => other.fn !== 'rows') || state.table !== null || state.pending.length > 0;
    if (entityOf === null || !rowsCounted || !beside.has(item.after)) return true;
    const said = state.conditions.some(
      ({ condition }) =>
        condition.kind !== 'any' &&
        condition.kind !== 'compare' &&
        condition.kind !== 'between' &&
        condition.column.table === entityOf.table,
    );
    if (said) state.skipped.add(item.column.name);
    return !said;
  });
}

const money = /(?:^|_)(?:price|amount|amt|cost|total|revenue|fee|charge|paid|payment|spent|value)(?:_|$)/i;
const spending =
  /^(?:spent|spend|spends|spending|earned|earn|paid|pay|pays|revenue|turnover|income|brought)$/;

/** The one column of the view's own rows that holds what was paid. */
export function moneyColumn(columns: IndexedColumn[]): IndexedColumn | null {
  const own = columns.filter(
    (column) =>
      column.distance === 0 &&
      column.numeric &&
      !column.identifier &&
      column.yes === null &&
      money.test(column.name),
  );
  return own.length === 1 ? (own[0] ?? null) : null;
}

/** "Spent the most", "total paid": of the one column that holds amounts. */
function addMoney(state: ReaderState): void {
  const said = state.tokens.some((token) => spending.test(token.lower));
  if (!said || state.measures.some((item) => item.fn !== 'rows')) return;
  const column = moneyColumn(state.index.columns);
  if (column === null) return;
  const total = state.pending.find((item) => item.fn === 'sum');
  const ranked =
    state.extreme !== null && state.extreme.operand === null && state.extreme.dimensions.length === 0;
  if (total !== undefined && !state.bare.some((item) => item.column.numeric && !item.column.identifier)) {
    state.pending = state.pending.filter((item) => item !== total);
    state.measures.push(measure('sum', columnOperand(column)));
  } else if (ranked && state.measures.length === 0) {
    if (state.extreme !== null) state.extreme.counting = false;
    state.measures.push(measure('sum', columnOperand(column)));
  } else if (
    state.mode === 'how_much' &&
    state.bare.every((item) => !item.column.numeric || item.column.identifier)
  ) {
    state.measures.push(measure('sum', columnOperand(column)));
  } else return;
  state.notes.push(`amounts are those of ${column.name}`);
}
