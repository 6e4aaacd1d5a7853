import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const packages = [
  'contracts',
  'sdk',
  'server',
  'apps/web',
  'apps/cli',
  'engines/charts',
  'engines/kernel',
  'engines/lake',
  'engines/learn',
  'engines/privacy',
  'engines/stats',
  'engines/tensor',
  'engines/text',
];
const packageFolders = new Map(packages.map((folder) => [`@stroma/${folder.split('/').at(-1)}`, folder]));

/** What each room may import of ours, beside itself. */
const allowed: Record<string, string[]> = {
  'engines/charts': ['engines/kernel'],
  'engines/kernel': [],
  'engines/lake': ['engines/kernel'],
  'engines/learn': ['engines/kernel', 'engines/stats', 'engines/tensor'],
  'engines/privacy': ['engines/kernel'],
  'engines/stats': ['engines/kernel'],
  'engines/tensor': ['engines/kernel'],
  'engines/text': ['engines/kernel'],
  contracts: ['engines/kernel'],
  sdk: ['contracts'],
  'apps/web': ['sdk', 'contracts', 'engines/charts'],
  'apps/cli': ['sdk', 'contracts', 'engines/kernel', 'engines/lake', 'engines/learn', 'engines/text'],
  server: [
    'contracts',
    'engines/charts',
    'engines/kernel',
    'engines/lake',
    'engines/learn',
    'engines/privacy',
    'engines/stats',
    'engines/text',
  ],
};

/** Modules of the server in the order in which they may know each other. */
const moduleOrder = ['platform', 'access', 'data', 'models', 'workspaces'];
const composition = new Set(['server/app.ts', 'server/main.ts']);

interface Import {
  file: string;
  specifier: string;
  typeOnly: boolean;
  target: string;
}

const sources = packages.flatMap((folder) => sourcesOf(join(root, folder)));
const imports = sources.flatMap(importsOf);

describe('layering', () => {
  it('reads a tree that has files', () => {
    expect(sources.length).toBeGreaterThan(30);
  });

  it('lets a room import only the rooms below it', () => {
    const broken = imports.filter(({ file, target }) => {
      const from = roomOf(file);
      const to = roomOf(target);
      return to !== null && from !== null && to !== from && !allowed[from]?.includes(to);
    });
    expect(broken.map(describeImport)).toEqual([]);
  });

  it('enters another package only through its name', () => {
    const broken = imports.filter(
      ({ file, specifier, target }) => specifier.startsWith('.') && roomOf(target) !== roomOf(file),
    );
    expect(broken.map(describeImport)).toEqual([]);
  });

  it('lets contracts and the client take only types from the kernel', () => {
    const broken = imports.filter(
      (each) =>
        roomOf(each.file) === 'contracts' && roomOf(each.target) === 'engines/kernel' && !each.typeOnly,
    );
    expect(broken.map(describeImport)).toEqual([]);
  });

  it('lets a server module know only those before it, through their index', () => {
    const broken = imports.filter(({ file, target }) => {
      const from = moduleOf(file);
      const to = moduleOf(target);
      if (from === null || to === null || from === to) return false;
      if (moduleOrder.indexOf(to) > moduleOrder.indexOf(from)) return true;
      return to !== 'platform' && !target.endsWith('/index.ts');
    });
    expect(broken.map(describeImport)).toEqual([]);
  });

  it('knows every module of the server', () => {
    const modules = new Set(sources.map((file) => moduleOf(file)).filter((name) => name !== null));
    expect([...modules].filter((name) => !moduleOrder.includes(name))).toEqual([]);
  });

  it('keeps HTTP, stores, logging, environment and unseeded chance out of the engines', () => {
    const words = /\b(Math\.random|process\.env)\b|from '(node:http|fastify|pg|drizzle-orm|pino)/;
    const broken = sources.filter(
      (file) => file.startsWith('engines/') && words.test(readFileSync(join(root, file), 'utf8')),
    );
    expect(broken).toEqual([]);
  });

  it('has no import cycles', () => {
    expect(cyclesIn(imports)).toEqual([]);
  });
});

function sourcesOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return ['node_modules', 'dist', 'tests', 'fixtures', 'drizzle'].includes(entry.name)
        ? []
        : sourcesOf(path);
    const isSource = /\.tsx?$/.test(entry.name) && !/\.(test|suite|config|d)\.tsx?$/.test(entry.name);
    return isSource ? [relative(root, path)] : [];
  });
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
  const pattern =
    /(?:^|\n)\s*(import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|\bimport\('([^']+)'\)/g;
  return [...text.matchAll(pattern)].flatMap((match) => {
    const specifier = match[3] ?? match[4] ?? '';
    const target = resolveSpecifier(file, specifier);
    return target === null ? [] : [{ file, specifier, typeOnly: match[2] !== undefined, target }];
  });
}

function resolveSpecifier(file: string, specifier: string): string | null {
  if (specifier.startsWith('.')) return relative(root, resolve(root, dirname(file), specifier));
  const name = specifier.split('/').slice(0, 2).join('/');
  const folder = packageFolders.get(name);
  return folder === undefined
    ? null
    : join(folder, specifier === name ? 'index.ts' : specifier.slice(name.length + 1));
}

function roomOf(file: string): string | null {
  return packages.find((folder) => file.startsWith(`${folder}/`)) ?? null;
}

function moduleOf(file: string): string | null {
  if (composition.has(file) || !file.startsWith('server/')) return null;
  const [, name, rest] = file.split('/');
  return name !== undefined && rest !== undefined ? name : null;
}

function describeImport({ file, specifier }: Import): string {
  return `${file} imports ${specifier}`;
}

/** Cycles over all imports that exist at run time; `import type` leaves nothing behind. */
function cyclesIn(all: Import[]): string[] {
  const graph = Map.groupBy(
    all.filter((each) => !each.typeOnly),
    (each) => each.file,
  );
  const state = new Map<string, 'open' | 'done'>();
  const cycles: string[] = [];
  const visit = (file: string, path: string[]) => {
    if (state.get(file) === 'done') return;
    if (state.get(file) === 'open') {
      cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
      return;
    }
    state.set(file, 'open');
    for (const { target } of graph.get(file) ?? []) visit(target, [...path, file]);
    state.set(file, 'done');
  };
  for (const file of graph.keys()) visit(file, []);
  return cycles;
}
