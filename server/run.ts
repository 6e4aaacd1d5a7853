import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StromaError } from '@stroma/kernel';
import type { App, Started } from './app.ts';
import { describeConfig, settingsInForce } from './platform/config/describe-config.ts';
import { type LoadedConfig, readConfig } from './platform/config/read-config.ts';
import { openLog } from './platform/logging.ts';

const stopWithinMs = 4_800;
const sameSignalMs = 1_000;

export async function run(args: string[]): Promise<void> {
  try {
    const unknown = args.find(
      (each) => !['serve', 'worker', 'operate', '--print-config', '--json'].includes(each),
    );
    if (unknown !== undefined)
      throw new StromaError('INVALID_INPUT', `Expected serve, worker or --print-config, given "${unknown}".`);
    if (args.includes('--print-config')) printConfig(args.includes('--json'));
    else if (args.includes('operate')) await (await import('./operate.ts')).operate();
    else await start(args.includes('worker') ? 'worker' : null);
  } catch (error) {
    process.stderr.write(`${error instanceof StromaError ? error.message : (error as Error).stack}\n`);
    process.exit(1);
  }
}

function printConfig(asJson: boolean): void {
  let loaded: LoadedConfig | null = null;
  try {
    loaded = readConfig(process.env);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
  const settings = loaded === null ? describeConfig() : settingsInForce(loaded);
  const text = asJson
    ? JSON.stringify(settings, null, 2)
    : settings
        .map(
          ({ key, meaning, default_value }) =>
            `${key}\n    ${meaning}\n    default: ${default_value || 'none'}`,
        )
        .join('\n');
  process.stdout.write(`${text}\n`);
}

async function start(role: 'worker' | null): Promise<void> {
  const loaded = readConfig(process.env);
  const config = role === null ? loaded.config : { ...loaded.config, STROMA_ROLE: role };
  const log = openLog(config);
  const { createApp } = await import('./app.ts');
  const app = await createApp(config, { sources: loaded.sources, log });
  const addressFile = join(config.STROMA_DATA, 'server.json');
  stopOnSignals(app, addressFile, log);
  const started = await app.start();
  if (started.url !== null) {
    mkdirSync(config.STROMA_DATA, { recursive: true });
    // Whoever looks finds it whole or not at all.
    writeFileSync(`${addressFile}.new`, JSON.stringify({ url: started.url, pid: process.pid }), {
      mode: 0o600,
    });
    renameSync(`${addressFile}.new`, addressFile);
  }
  tell(started, config.STROMA_DATA);
}

function tell({ url, administrator }: Started, dataFolder: string): void {
  const seconds = process.uptime().toFixed(1);
  const lines = [
    url === null
      ? `Stroma works (ready after ${seconds} s)`
      : `Stroma is at ${url} (ready after ${seconds} s)`,
  ];
  if (administrator !== null) {
    lines.push(`Sign in as ${administrator.email}`);
    if (administrator.oneTimePassword !== null)
      lines.push(`with the one-time password ${administrator.oneTimePassword}`);
    lines.push(`Data is kept in ${dataFolder}`);
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}

/**
 * The first signal lets everything end well within five seconds, the second ends at once. One Ctrl-C can arrive
 * twice, from the terminal and passed on by npm: what follows within a second is the same one.
 */
function stopOnSignals(app: App, addressFile: string, log: App['platform']['log']): void {
  let stoppingSince: number | null = null;
  const stop = (status: number) => {
    if (stoppingSince !== null) {
      if (performance.now() - stoppingSince > sameSignalMs) process.exit(130);
      return;
    }
    stoppingSince = performance.now();
    setTimeout(() => {
      log.warn('not everything ended in time; what was acknowledged is safe');
      process.exit(status);
    }, stopWithinMs).unref();
    rmSync(addressFile, { force: true });
    app.stop().then(
      () => process.exit(status),
      (error) => {
        log.error({ err: error }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', () => stop(0));
  process.on('SIGTERM', () => stop(0));
  const fatal = (error: unknown) => {
    log.fatal({ err: error }, 'a fault nobody handled; stopping');
    stop(1);
  };
  process.on('unhandledRejection', fatal);
  process.on('uncaughtException', fatal);
}
