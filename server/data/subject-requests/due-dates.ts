/**
 * The same day of a later month, or that month's last day where it has none, at the same time UTC: how a period of
 * months ends. Regulation (EEC, Euratom) No 1182/71, Art. 3(2)(c).
 */
export function monthsAfter(from: Date, months: number): Date {
  const end = new Date(from);
  end.setUTCDate(1);
  end.setUTCMonth(end.getUTCMonth() + months);
  const days = new Date(Date.UTC(end.getUTCFullYear(), end.getUTCMonth() + 1, 0)).getUTCDate();
  end.setUTCDate(Math.min(from.getUTCDate(), days));
  return end;
}
