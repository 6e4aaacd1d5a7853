/**
 * Starts Stroma: `node server/main.ts [serve | worker]`. `--print-config [--json]` lists the settings instead.
 * libuv reads the size of its pool once, when it is first used: so this is set before anything else is loaded.
 */
process.env.UV_THREADPOOL_SIZE ??= '16';
const { run } = await import('./run.ts');
await run(process.argv.slice(2));

export {};
