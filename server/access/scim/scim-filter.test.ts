import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matches, parseFilter } from './scim-filter.ts';
import { applyPatch } from './scim-patch.ts';

const ada = {
  userName: 'Ada',
  active: true,
  name: { givenName: 'Ada', familyName: 'Lovelace' },
  emails: [
    { value: 'ada@lab.example', type: 'work', primary: true },
    { value: 'ada@home.example', type: 'home' },
  ],
  meta: { created: '2026-01-02T00:00:00Z' },
};

describe('a filter', () => {
  it.each([
    ['userName eq "ada"', true],
    ['USERNAME EQ "ADA"', true],
    ['urn:ietf:params:scim:schemas:core:2.0:User:userName eq "ada"', true],
    ['userName ne "ada"', false],
    ['userName sw "A" and name.familyName co "lace"', true],
    ['userName eq "eve" or active eq true', true],
    ['not (active eq true)', false],
    ['userName eq "eve" or userName eq "ada" and active eq false', false],
    ['(userName eq "eve" or userName eq "ada") and active eq true', true],
    ['emails[type eq "work" and value ew "@lab.example"]', true],
    ['emails[type eq "home" and value ew "@lab.example"]', false],
    ['emails co "home.example"', true],
    ['emails.type eq "home"', true],
    ['nickName pr', false],
    ['name.givenName pr', true],
    ['meta.created gt "2026-01-01T00:00:00Z"', true],
    ['meta.created lt "2026-01-01T00:00:00Z"', false],
    ['externalId eq null', true],
    ['userName eq "a\\"da"', false],
  ])('%s holds for Ada: %s', (text, holds) => {
    expect(matches(parseFilter(text), ada)).toBe(holds);
  });

  it.each([
    'userName',
    'userName eq',
    'userName xx "a"',
    'userName eq ada',
    '(userName eq "a"',
    'a eq "b" c eq "d"',
    '',
    'not userName eq "a"',
    'a[b eq "c"',
    '((((((((((((((((((((((a pr))))))))))))))))))))))',
  ])('that is malformed is refused: %s', (text) => {
    expect(() => parseFilter(text)).toThrow();
  });

  it('never fails otherwise than by saying what was expected', () => {
    const word = fc.constantFrom(
      'userName',
      'eq',
      '"a"',
      'and',
      'or',
      'not',
      '(',
      ')',
      '[',
      ']',
      'pr',
      'true',
      '.',
      '"',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), (words) => {
        try {
          matches(parseFilter(words.join(' ')), ada);
        } catch (error) {
          expect((error as { code?: string }).code).toBe('INVALID_INPUT');
        }
      }),
    );
  });

  it('and its negation never both hold', () => {
    const text = fc.constantFrom('userName', 'emails.value', 'nickName');
    const operator = fc.constantFrom('eq', 'ne', 'co', 'sw', 'gt', 'le');
    fc.assert(
      fc.property(text, operator, fc.string({ maxLength: 5 }), (path, op, value) => {
        const filter = `${path} ${op} ${JSON.stringify(value)}`;
        expect(matches(parseFilter(filter), ada)).not.toBe(matches(parseFilter(`not (${filter})`), ada));
      }),
    );
  });
});

describe('a patch', () => {
  const patch = (...operations: { op: 'add' | 'replace' | 'remove'; path?: string; value?: unknown }[]) =>
    applyPatch(ada, operations);

  it.each([
    ['replaces one', { op: 'replace', path: 'active', value: false }, { active: false }],
    ['takes no regard of case', { op: 'replace', path: 'ACTIVE', value: false }, { active: false }],
    [
      'reaches into a part',
      { op: 'replace', path: 'name.givenName', value: 'A.' },
      { name: { givenName: 'A.', familyName: 'Lovelace' } },
    ],
    [
      'takes an object without a path',
      { op: 'replace', value: { active: false, userName: 'A' } },
      { active: false, userName: 'A' },
    ],
    [
      'takes paths as names of the object',
      { op: 'replace', value: { 'name.givenName': 'A.' } },
      { name: { givenName: 'A.', familyName: 'Lovelace' } },
    ],
    ['adds what was not there', { op: 'add', path: 'displayName', value: 'Ada' }, { displayName: 'Ada' }],
  ] as const)('%s', (_, operation, expected) => {
    expect(patch(operation)).toMatchObject(expected);
  });

  it('chooses values of a list by a filter, and makes one where there is none', () => {
    expect(
      patch({ op: 'replace', path: 'emails[type eq "work"].value', value: 'a@lab.example' }).emails,
    ).toEqual([
      { value: 'a@lab.example', type: 'work', primary: true },
      { value: 'ada@home.example', type: 'home' },
    ]);
    expect(
      patch({ op: 'add', path: 'emails[type eq "other"].value', value: 'x@lab.example' }).emails,
    ).toContainEqual({
      type: 'other',
      value: 'x@lab.example',
    });
    expect(patch({ op: 'remove', path: 'emails[type eq "home"]' }).emails).toHaveLength(1);
  });

  it('adds each value once', () => {
    const more = {
      op: 'add',
      path: 'emails',
      value: [{ value: 'ada@lab.example' }, { value: 'b@lab.example' }],
    } as const;
    expect(patch(more).emails).toHaveLength(3);
    expect(applyPatch(patch(more), [more]).emails).toHaveLength(3);
  });

  it('leaves what it was given as it was', () => {
    const before = structuredClone(ada);
    patch({ op: 'remove', path: 'emails' }, { op: 'replace', path: 'name.givenName', value: 'x' });
    expect(ada).toEqual(before);
  });

  it('does not reach what every object has', () => {
    for (const path of ['__proto__.polluted', 'constructor.prototype.polluted', '__proto__'])
      expect(() => patch({ op: 'replace', path, value: 'x' })).toThrow();
    patch({ op: 'replace', value: JSON.parse('{"name": {"__proto__": {"polluted": "x"}}}') });
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
  });
});
