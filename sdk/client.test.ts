import { api } from '@stroma/contracts';
import { describe, expect, it } from 'vitest';
import { routes } from './routes.ts';

describe('routes', () => {
  it('are those of the contract, one for one', () => {
    const expected = Object.fromEntries(
      Object.entries(api).map(([group, members]) => [
        group,
        Object.fromEntries(
          Object.entries(members).map(([name, { method, path }]) => [name, `${method} ${path}`]),
        ),
      ]),
    );
    expect(routes).toEqual(expected);
  });
});
