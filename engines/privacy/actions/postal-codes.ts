/**
 * First three digits of United States ZIP codes whose areas together hold 20,000 people or fewer: by the census of
 * 2000 (in the Department of Health's guidance on 45 CFR 164.514(b)(2)(i)(B), 26 November 2012) and, where it adds
 * some, by that of 2010. An area in either list is given out as 000.
 */
const small = new Set([
  '036',
  '059',
  '063',
  '102',
  '203',
  '205',
  '369',
  '556',
  '692',
  '753',
  '772',
  '790',
  '821',
  '823',
  '830',
  '831',
  '878',
  '879',
  '884',
  '890',
  '893',
]);

/** The first three digits, `000` where too few people live. Codes lost their leading zeros when read as numbers: they get them back. */
export function zip3(value: string): string {
  const digits = /^\s*(\d{3,5})(?:-?\d{4})?(?:\.0)?\s*$/.exec(value)?.[1]?.padStart(5, '0');
  if (digits === undefined) return '000';
  const first = digits.slice(0, 3);
  return small.has(first) ? '000' : first;
}
