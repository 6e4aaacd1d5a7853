#!/usr/bin/env node
// Plain JavaScript that any Node still in use can read: it hands over to the Node 24 that comes with Stroma,
// which runs the TypeScript as it is.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as modules from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

// libuv reads it when its pool is first used; queries alone would fill the default of four threads.
process.env.UV_THREADPOOL_SIZE ??= '16';
const neededMajor = 24;

if (Number(process.versions.node.split('.')[0]) >= neededMajor) {
  modules.enableCompileCache(resolve(import.meta.dirname, '../../.cache/compiled'));
  const { main } = await import('./main.ts');
  await main(process.argv.slice(2));
} else {
  const node = bundledNode();
  if (node === null) {
    process.stderr.write(
      `stroma needs Node ${neededMajor}, this is ${process.versions.node}. Run "npm install" in Stroma's folder: it brings the right one.\n`,
    );
    process.exit(1);
  }
  handOver(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)]);
}

function bundledNode() {
  try {
    const folder = dirname(modules.createRequire(import.meta.url).resolve('node/package.json'));
    const name = process.platform === 'win32' ? 'node.exe' : 'node';
    const path = join(folder, 'bin', name);
    return existsSync(path) ? path : null;
  } catch {
    return null;
  }
}

function handOver(node, args) {
  const child = spawn(node, args, { stdio: 'inherit' });
  // Ctrl-C in a terminal reaches the child as well; a second copy would count as a second Ctrl-C.
  const terminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  const pass = (signal) => {
    if (signal !== 'SIGINT' || !terminal) child.kill(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, pass);
  child.on('error', (error) => {
    process.stderr.write(`stroma could not start ${node}: ${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', (status, signal) => {
    if (signal === null) process.exit(status ?? 1);
    for (const each of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(each);
    process.kill(process.pid, signal);
  });
}
