// `npm run dev`: the server restarts when its sources change; the web app reloads in place on its own port.
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const watched = ['server', 'contracts', 'engines'].flatMap((folder) => [
  '--watch-path',
  resolve(root, folder),
]);
const children = [
  spawn('node', [...watched, 'server/main.ts'], { cwd: root, stdio: 'inherit' }),
  spawn('npm', ['run', '--silent', 'dev', '--workspace', 'apps/web'], { cwd: root, stdio: 'inherit' }),
];

const stop = () => {
  for (const child of children) child.kill('SIGTERM');
};
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
for (const child of children) {
  child.on('exit', (status) => {
    process.exitCode ??= status ?? 0;
    stop();
  });
}
