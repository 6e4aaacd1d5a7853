import { lockDataFolder } from './data-folder.ts';

/** Takes the lock and says whether it got it, then lives until it is killed. */
try {
  lockDataFolder(process.argv[2] ?? '');
  process.stdout.write('held\n');
} catch {
  process.stdout.write('refused\n');
}
setInterval(() => undefined, 1000);
