import { enableCompileCache } from 'node:module';
import { resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { rememberResolutions } from './resolution.ts';

/**
 * Starts Stroma: `node server/main.ts [serve | worker]`. `--print-config [--json]` lists the settings instead.
 * libuv reads the size of its pool once, when it is first used: so this is set before anything else is loaded.
 */
process.env.UV_THREADPOOL_SIZE ??= '16';
// Compiling what a start loads takes a third of it. Where this folder cannot be written, it is compiled again.
enableCompileCache(resolve(import.meta.dirname, '../.cache/compiled'));
// The embedded store's functions are optimised once they are hot, not while it starts: half of a start's work.
setFlagsFromString('--wasm-tiering-budget=200000000');
rememberResolutions(new URL('..', import.meta.url).href);
const { run } = await import('./run.ts');
await run(process.argv.slice(2));
