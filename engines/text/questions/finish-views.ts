import { eventTables } from './event-words.ts';
import { conditionColumns, operandColumns } from './frame.ts';
import { earningsColumn, moneyColumn } from './money.ts';
import { columnOperand, measure } from './reader-parts.ts';
import type { ReaderState } from './reader-state.ts';

/** Readings that only rows pointing to other rows allow, before the frame is made. */
export function settleView(state: ReaderState): void {
  if (state.index.view === null) return;
  const things = state.bare.filter(
    (item) => item.column.entityOf !== null && !['by', 'each'].includes(item.after),
  );
  if (state.mode === 'share' && things.length > 0)
    state.fail(`A share of rows is not a share of ${things[0]?.column.entityOf?.table.name ?? 'them'}.`);
  countSubjects(state);
  absorbNouns(state);
  absorbObjects(state);
  addMoney(state);
  rankHappenings(state);
  measureNamed(state);
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

/** "Sales to customers in NY", "samples from asthma subjects": the noun only says whose state or diagnosis it is. */
function absorbNouns(state: ReaderState): void {
  const listed = state.table?.exact === true && ['list', null].includes(state.mode);
  const measured = [
    ...state.measures.flatMap((item) => (item.operand === null ? [] : operandColumns(item.operand))),
    ...state.bare.map((item) => item.column).filter((column) => column.numeric && column.entityOf === null),
  ];
  const asked =
    state.pending.length > 0 || state.measures.some((item) => item.fn !== 'rows') || state.table !== null;
  state.bare = state.bare.filter((item) => {
    const { entityOf } = item.column;
    if (entityOf === null || !asked || !beside.has(item.after)) return true;
    if (
      state.measures.length === 0 &&
      state.pending.length === 0 &&
      !(listed && (state.table?.at ?? 0) < item.at)
    )
      return true;
    const about = [
      ...state.conditions.flatMap(({ condition }) => conditionColumns(condition)),
      ...state.groups.map((group) => group.column),
      ...state.bare.filter((other) => other.after !== 'by' && other !== item).map((other) => other.column),
      ...measured,
    ];
    const said = about.some((column) => column.entityOf === null && column.table === entityOf.table);
    if (said) state.skipped.add(item.column.name);
    return !said;
  });
}

/** "Members who borrowed a book": the members are asked for; that there was a book says the row itself. */
function absorbObjects(state: ReaderState): void {
  const entities = state.bare.filter((item) => item.column.entityOf !== null);
  const first = entities[0];
  const asked = state.target ?? state.bare[0]?.column;
  if (state.mode === 'which' && asked !== undefined && asked.entityOf === null)
    // "Which states do the doctors live in": states are asked for.
    for (const item of entities)
      if (
        item.column.entityOf?.table === asked.table &&
        !['by', 'each'].includes(item.after) &&
        state.operatorAt(item.at - 1)?.op !== 'and'
      ) {
        state.skipped.add(item.column.name);
        state.bare = state.bare.filter((other) => other !== item);
      }
  if (first === undefined || state.measures.length > 0 || state.pending.length > 0 || state.extreme !== null)
    return;
  for (const item of entities.slice(1)) {
    if (!['with', 'who'].includes(item.after) || state.operatorAt(item.at - 1)?.op === 'and') continue;
    state.skipped.add(item.column.name);
    state.bare = state.bare.filter((other) => other !== item);
  }
}

/** "How many students borrowed poetry": students are counted, whose rows the loans point to. */
function countSubjects(state: ReaderState): void {
  const rows = state.measures.find((item) => item.fn === 'rows');
  const count = state.atoms.findIndex((atom) => atom.kind === 'operator' && atom.operator.op === 'count');
  const atom = state.atoms[state.skipFrom(count + 1)];
  if (rows === undefined || count < 0 || state.table !== null || atom?.kind !== 'value') return;
  const column = state.conditions
    .flatMap(({ condition }) => (condition.kind === 'equals' ? [condition.column] : []))
    .find((item) => item.distance > 0 && atom.links.some((link) => link.column === item));
  if (column === undefined || state.bare.some((item) => item.column.entityOf !== null)) return;
  const key = state.index.view?.keys.get(column.table);
  const next = state.operatorAt(state.skipFrom(state.atoms.indexOf(atom) + 1))?.op;
  const person = /^(?:woman|man|girl|boy|female|male|child|adult)$/.test(state.tokens[atom.from]?.stem ?? '');
  if (key === undefined || (next !== 'have' && !person))
    state.fail(`It is not clear whether rows or different ${column.table.name} are counted.`, [
      state.textOf(atom),
    ]);
  Object.assign(rows, { fn: 'distinct', operand: columnOperand(key), table: key.table });
}

/** "Which make sold the most", "the largest payment": what happened is counted, or ranked by what was paid. */
function rankHappenings(state: ReaderState): void {
  const { extreme, table } = state;
  const view = state.index.view;
  if (
    extreme === null ||
    view === null ||
    extreme.operand !== null ||
    extreme.counting ||
    state.measures.length > 0
  )
    return;
  const most = state.operatorAt(extreme.at)?.op === 'most';
  const last = state.skipFrom(extreme.at + 1) >= state.atoms.length;
  const happened = state.tokens.some((token) => eventTables(token, view.all).includes(view.base));
  if (
    most &&
    last &&
    happened &&
    !state.bare.some((item) => item.column.numeric && item.column.entityOf === null)
  ) {
    extreme.counting = true;
    return;
  }
  const column = moneyColumn(state.index.columns);
  const sized = extreme.dimensions.length === 0 || extreme.dimensions.includes('size');
  if (
    !most &&
    column !== null &&
    sized &&
    extreme.limit === null &&
    table?.exact === true &&
    table.at === state.skipFrom(extreme.at + 1)
  ) {
    Object.assign(extreme, { operand: columnOperand(column), dimensions: [], operandAt: table.at - 1 });
    state.notes.push(`by ${column.name}`);
  }
}

const earning = /^(?:spent|spend|spends|spending|earned|earn|revenue|turnover|income|earnings|expenditure)$/;
const spending =
  /^(?:spent|spend|spends|spending|earned|earn|paid|received|pay|pays|revenue|turnover|income|earnings|expenditure)$/;

/** "Spent the most", "total paid": of the one column that holds amounts. */
function addMoney(state: ReaderState): void {
  const sum = state.pending.find((item) => item.fn === 'sum');
  // "Total sales": what they came to, where one column says so.
  const summed =
    sum !== undefined && state.table?.exact === true && state.table.at === state.skipFrom(sum.at + 1);
  const said = summed || state.tokens.some((token) => spending.test(token.lower));
  if (!said || state.measures.some((item) => item.fn !== 'rows')) return;
  const earned = state.tokens.some((token) => earning.test(token.lower));
  const column = earned ? earningsColumn(state.index) : moneyColumn(state.index.columns);
  if (column === null) return;
  const total = state.pending.find((item) => item.fn === 'sum');
  const after = state.extreme === null ? undefined : state.atoms[state.skipFrom(state.extreme.at + 1)];
  // "The most payments" counts them; "paid the most" adds up what was paid.
  const counted = after?.kind === 'table' || after?.kind === 'column' || after?.kind === 'value';
  const ranked =
    state.extreme !== null &&
    state.extreme.operand === null &&
    state.extreme.dimensions.length === 0 &&
    !counted;
  if (total !== undefined && !state.bare.some((item) => item.column.numeric && !item.column.identifier)) {
    state.pending = state.pending.filter((item) => item !== total);
    const counted = state.atoms.findIndex((atom) => atom.kind === 'operator' && atom.operator.op === 'count');
    const sum = measure('sum', columnOperand(column));
    if (counted > total.at) state.measures.unshift(sum);
    else state.measures.push(sum);
  } else if (ranked && state.measures.length === 0) {
    if (state.extreme !== null) state.extreme.counting = false;
    state.measures.push(measure('sum', columnOperand(column)));
  } else if (
    state.mode === 'how_much' &&
    state.bare.every((item) => !item.column.numeric || item.column.identifier)
  ) {
    state.measures.push(measure('sum', columnOperand(column)));
  } else return;
  state.penalty += summed ? 0.1 : 0.03;
  state.notes.push(`amounts are those of ${column.name}`);
}

/** "Average sodium" where sodium is what a row measures and one column holds the figure: the average of that column. */
function measureNamed(state: ReaderState): void {
  const first = state.pending[0];
  if (
    first === undefined ||
    state.measures.length > 0 ||
    state.bare.some((item) => item.column.numeric && item.column.entityOf === null)
  )
    return;
  let next = state.pending.at(-1)?.at ?? first.at;
  do next += 1;
  while (['skip', 'filler', 'and', 'comma'].includes(state.operatorAt(next)?.op ?? ''));
  const atom = state.atoms[next];
  const figures = state.index.columns.filter(
    (column) =>
      column.distance === 0 &&
      column.numeric &&
      !column.identifier &&
      !column.ownKey &&
      !column.year &&
      column.yes === null,
  );
  const [only] = figures;
  if (atom?.kind !== 'value' || only === undefined || figures.length > 1) return;
  const named = atom.links[0]?.column;
  if (
    named === undefined ||
    named.yes !== null ||
    (named.category === false && named.table === state.index.view?.base)
  )
    return;
  if (
    !state.conditions.some(
      ({ condition }) => condition.kind === 'equals' && condition.column === named && !condition.negated,
    )
  )
    return;
  for (const item of state.pending) state.measures.push(measure(item.fn, columnOperand(only), item.p));
  state.pending = [];
  state.penalty += 0.04;
}
