import { apiPrefix, type Endpoint } from '@stroma/contracts';
import { describe, expect, it } from 'vitest';
import { endpoints, nameOf } from '../endpoints.suite.ts';
import type { Stage } from './stage.suite.ts';

export function describeInventory(stage: Stage): void {
  describe('API9:2023 improper inventory management', () => {
    it('what is served is what the contract and the OpenAPI document say, and no more', async () => {
      const document = (await (await fetch(`${stage.world.url}${apiPrefix}/openapi.json`)).json()) as {
        paths: Record<string, Record<string, { operationId: string }>>;
      };
      const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
        Object.keys(methods).map(
          (method) =>
            `${method.toUpperCase()} ${path
              .replace(apiPrefix, '')
              .replace(/\{(\w+)\}/g, ':$1')
              .replace('{*}', '*')}`,
        ),
      );
      const promised = endpoints.map(nameOf);
      expect(documented.toSorted()).toEqual(promised.toSorted());
      const beside = [
        '/healthz',
        '/readyz',
        '/metrics',
        `${apiPrefix}/openapi.json`,
        `${apiPrefix}/docs`,
        '/*',
        '*',
        '/',
      ];
      const served = servedIn(stage.world.app.http.printRoutes({ commonPrefix: false }));
      expect(served.length).toBeGreaterThan(promised.length);
      const unknown = served.filter(({ method, path }) => {
        if (beside.includes(path) || path.startsWith(`${apiPrefix}/docs/`)) return false;
        // The tree leaves out the slash before a wildcard.
        const own = (path.startsWith(apiPrefix) ? path.slice(apiPrefix.length) : path).replace(
          /([^/])\*$/,
          '$1/*',
        );
        return !promised.includes(`${method === 'HEAD' ? 'GET' : method} ${own}`);
      });
      expect(unknown).toEqual([]);
    });

    it('every address says who may call it', () => {
      expect(endpoints.filter(({ permission }) => permission === undefined)).toEqual([]);
      const open = endpoints.filter(({ permission }: Endpoint) => permission === 'public').map(nameOf);
      for (const each of open)
        expect(each).toMatch(/^(GET|POST) \/auth\/|^POST \/shared-dashboards\/|^GET \/embed$/);
    });
  });
}

/** Fastify prints its routes as a tree, four characters a level. */
function servedIn(tree: string): { method: string; path: string }[] {
  const prefixes: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const match = /^([│├└─\s]*)(\S.*?)(?: \(([A-Z, ]+)\))?$/.exec(line);
    if (match === null) return [];
    const depth = Math.floor((match[1] ?? '').length / 4);
    prefixes.length = depth;
    prefixes.push(match[2] ?? '');
    const path = prefixes.join('');
    return (match[3] ?? '')
      .split(', ')
      .filter((method) => method !== '')
      .map((method) => ({ method, path }));
  });
}
