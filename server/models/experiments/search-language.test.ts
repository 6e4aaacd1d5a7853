import { StromaError } from '@stroma/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFilter, parseOrder } from './search-language.ts';

describe('the search language', () => {
  it('reads conditions joined by AND', () => {
    expect(
      parseFilter(
        `metrics.auc > 0.8 and params."a b" = '6' AND tags.\`x.y\` LIKE 'gen%' AND status IN ('FINISHED', 'FAILED') and tags.gone is not null AND attribute.start_time>=-1e3`,
      ),
    ).toEqual([
      { entity: 'metric', key: 'auc', comparator: '>', value: 0.8 },
      { entity: 'param', key: 'a b', comparator: '=', value: '6' },
      { entity: 'tag', key: 'x.y', comparator: 'like', value: 'gen%' },
      { entity: 'attribute', key: 'status', comparator: 'in', value: ['FINISHED', 'FAILED'] },
      { entity: 'tag', key: 'gone', comparator: 'is not null', value: null },
      { entity: 'attribute', key: 'start_time', comparator: '>=', value: -1000 },
    ]);
    expect(parseFilter("tags.mlflow.runName != 'it''s' AND name = \"x\"")).toEqual([
      { entity: 'tag', key: 'mlflow.runName', comparator: '!=', value: "it's" },
      { entity: 'attribute', key: 'name', comparator: '=', value: 'x' },
    ]);
    expect(parseFilter('  ')).toEqual([]);
    expect(parseOrder('metrics.`val/auc` desc')).toEqual({
      entity: 'metric',
      key: 'val/auc',
      descending: true,
    });
    expect(parseOrder('start_time')).toEqual({ entity: 'attribute', key: 'start_time', descending: false });
  });

  it.each([
    'metrics.auc',
    'metrics.auc >',
    'metrics.auc > 1 OR metrics.f1 > 1',
    "params.x = '6",
    'nothing.x = 1',
    "status in ('a'",
    'metrics.auc > 1 AND',
    '= 1',
    'metrics.auc ~ 1',
  ])('says where it does not understand: %s', (text) => {
    expect(() => parseFilter(text)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  });

  it('reads back every key and text it was given, and never breaks on anything else', () => {
    const key = fc.string({ minLength: 1 }).filter((text) => !/[`\0]/.test(text));
    fc.assert(
      fc.property(key, fc.string(), (name, value) => {
        const text = `tags.\`${name}\` = '${value.replace(/[\\']/g, '\\$&')}'`;
        expect(parseFilter(text)).toEqual([{ entity: 'tag', key: name, comparator: '=', value }]);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        try {
          parseFilter(text);
        } catch (error) {
          expect(error).toBeInstanceOf(StromaError);
        }
      }),
    );
  });
});
