import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TestBroker {
  address: string;
  /** Ends it at once; what it had acknowledged is on its disk. */
  kill(): Promise<void>;
  start(): Promise<void>;
  remove(): Promise<void>;
}

/** A broker and its controller in one process (KRaft), on loopback, over a folder of its own. */
export async function makeBroker(classPath: string): Promise<TestBroker> {
  const folder = mkdtempSync(join(tmpdir(), 'stroma-kafka-'));
  const [port, controller] = [await freePort(), await freePort()];
  const config = join(folder, 'server.properties');
  writeFileSync(
    config,
    `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controller}
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}
advertised.listeners=PLAINTEXT://127.0.0.1:${port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=${join(folder, 'data')}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
`,
  );
  const java = ['-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', classPath];
  const format = ['kafka.tools.StorageTool', 'format', '-t', 'c3Ryb21hLXRlc3RzLXV1aQ', '-c', config];
  execFileSync('java', [...java, ...format], { stdio: 'ignore' });
  let broker: ChildProcess | null = null;

  const kill = async () => {
    if (broker === null) return;
    const ended = broker.exitCode === null && broker.signalCode === null ? once(broker, 'exit') : null;
    broker.kill('SIGKILL');
    await ended;
    broker = null;
  };
  const start = async () => {
    const log = join(folder, 'log');
    broker = spawn('sh', ['-c', 'exec "$@" > "$0" 2>&1', log, 'java', ...java, 'kafka.Kafka', config]);
    for (;;) {
      if (broker.exitCode !== null) throw new Error(`Kafka did not start; see ${log}`);
      if (await answers(port)) return;
      await new Promise((done) => setTimeout(done, 100));
    }
  };
  await start();
  return {
    address: `127.0.0.1:${port}`,
    kill,
    start,
    async remove() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      done(true);
    });
    socket.on('error', () => done(false));
  });
}
