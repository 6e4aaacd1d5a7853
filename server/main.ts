import { enableCompileCache } from 'node:module';
import { resolve } from 'node:path';

/**
 * Starts Stroma: `node server/main.ts [serve | worker]`. `--print-config [--json]` lists the settings instead.
 * libuv reads the size of its pool once, when it is first used: so this is set before anything else is loaded.
 */
process.env.UV_THREADPOOL_SIZE ??= '16';
// Compiling what a start loads takes a third of it. Where this folder cannot be written, it is compiled again.
enableCompileCache(resolve(import.meta.dirname, '../.cache/compiled'));
const { run } = await import('./run.ts');
await run(process.argv.slice(2));
