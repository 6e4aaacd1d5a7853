import { StromaError } from '@stroma/kernel';
import { describe, expect, it } from 'vitest';
import { faultOf, withoutValues } from './fault.ts';

describe('what is kept of an error', () => {
  it.each([
    ['Failed query: select * from patients where name = $1\nparams: Müller,1970-01-01', 'Failed query: …'],
    ['invalid input syntax for type integer: "HIV positive"', 'invalid input syntax for type integer: "…"'],
    ["no patient 'O\\'Hara' in 'ward 7'", "no patient '…' in '…'"],
    ['connect ECONNREFUSED postgresql://stroma:geheim@db.lab/stroma', 'connect ECONNREFUSED postgresql://…'],
    ['sent to ada@lab.example with Bearer eyJhbGciOi', 'sent to … with Bearer …'],
    ['password=hunter2, token: abc', 'password=… token: …'],
    ['ENOENT: no such file, open /home/ada/secret/plan.csv', 'ENOENT: no such file, open …'],
    ['patient 0171-2345678 of 1970-01-31', 'patient … of …'],
    ['key 4f3c2a1b4f3c2a1b4f3c2a1b4f3c2a1b4f3c2a1b refused', 'key …'],
  ])('%s', (given, kept) => {
    const told = withoutValues(given);
    expect(told.startsWith(kept.split('…')[0] ?? '')).toBe(true);
    expect(told).not.toMatch(/Müller|HIV|O'Hara|ward 7|geheim|ada|eyJ|hunter2|abc|secret|2345678|1970|4f3c/);
  });

  it('has its own code and stack, its causes, and no path of the machine', () => {
    const cause = Object.assign(new Error('duplicate key value "Ada" violates'), { code: '23505' });
    const fault = faultOf(new StromaError('INTERNAL', 'It failed.', {}, { cause }), 'the request failed');
    expect(fault).toMatchObject({ name: 'StromaError', code: 'INTERNAL', message: 'It failed.' });
    expect(fault.stack[0]).toContain('server/platform/monitoring/fault.test.ts:');
    expect(fault.stack).toContainEqual('caused by Error: duplicate key value "…" violates');
    expect(fault.stack.join('\n')).not.toMatch(/Ada|\(\/|file:/);
  });

  it('is alike for what is alike and apart for what is not', () => {
    const thrown = (text: string) => faultOf(new Error(text), 'a listener failed').fingerprint;
    expect(thrown('no row for "Ada"')).toBe(thrown('no row for "Bob"'));
    expect(faultOf(new TypeError('x'), 'a').fingerprint).not.toBe(
      faultOf(new RangeError('x'), 'a').fingerprint,
    );
    expect(faultOf('no error at all', 'a word').message).toBe('no error at all');
    expect(faultOf(undefined, 'a word').message).toBe('a word');
  });

  it('ends where causes go in circles', () => {
    const one = new Error('one');
    const two = new Error('two', { cause: one });
    one.cause = two;
    expect(faultOf(one, 'a').stack.filter((line) => line.startsWith('caused by'))).toHaveLength(1);
  });
});
