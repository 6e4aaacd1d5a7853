import { describe, expect, it } from 'vitest';
import { findJson } from './json-answer.ts';

describe('findJson', () => {
  it.each([
    ['{"a":"}{\\""}', { a: '}{"' }],
    ['so: {"a":[1,{"b":"]"}]} and {"c":2}', { a: [1, { b: ']' }] }],
    ['[1,2]', [1, 2]],
    ['```\n{"a":1}\n```', { a: 1 }],
  ])('reads %s', (content, value) => {
    expect(findJson(content)).toEqual(value);
  });

  it.each(['', 'nothing', '{"a":', '{"a": }', '}{'])('says that %j holds none', (content) => {
    expect(() => findJson(content)).toThrow(SyntaxError);
  });
});
