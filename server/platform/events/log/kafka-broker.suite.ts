import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { webcrypto } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import 'reflect-metadata';
import { SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';

export interface TestBroker {
  address: string;
  /** Where it speaks TLS alone and lets in who signs in; `ca` is the file of what its certificate is trusted by. */
  secured: { address: string; ca: string; user: string; password: string };
  /** Ends it at once; what it had acknowledged is on its disk. */
  kill(): Promise<void>;
  start(): Promise<void>;
  remove(): Promise<void>;
}

/** A broker and its controller in one process (KRaft), on loopback, over a folder of its own. */
export async function makeBroker(classPath: string): Promise<TestBroker> {
  const folder = mkdtempSync(join(tmpdir(), 'stroma-kafka-'));
  const [port, controller, secured] = [await freePort(), await freePort(), await freePort()];
  const [user, password] = ['stroma', 'a-password-of-the-suite'];
  const ca = join(folder, 'ca.pem');
  await writeCertificate(ca, join(folder, 'broker.pem'));
  const config = join(folder, 'server.properties');
  writeFileSync(
    config,
    `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controller}
listeners=PLAINTEXT://127.0.0.1:${port},SASL_SSL://127.0.0.1:${secured},CONTROLLER://127.0.0.1:${controller}
advertised.listeners=PLAINTEXT://127.0.0.1:${port},SASL_SSL://localhost:${secured}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT
ssl.keystore.type=PEM
ssl.keystore.location=${join(folder, 'broker.pem')}
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256
listener.name.sasl_ssl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_${user}="${password}";
listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
log.dirs=${join(folder, 'data')}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
`,
  );
  const java = ['-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', classPath];
  const format = ['kafka.tools.StorageTool', 'format', '-t', 'c3Ryb21hLXRlc3RzLXV1aQ', '-c', config];
  format.push('--add-scram', `SCRAM-SHA-256=[name=${user},password=${password}]`);
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
    secured: { address: `localhost:${secured}`, ca, user, password },
    kill,
    start,
    async remove() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A certificate for localhost, signed by itself; the second file holds its key too. */
async function writeCertificate(certificate: string, both: string): Promise<void> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair;
  const made = await X509CertificateGenerator.createSelfSigned(
    {
      name: 'CN=localhost',
      keys,
      signingAlgorithm: algorithm,
      notAfter: new Date(Date.now() + 86_400_000),
      extensions: [new SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }])],
    },
    webcrypto as never,
  );
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const key = `-----BEGIN PRIVATE KEY-----\n${pkcs8.replace(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`;
  writeFileSync(certificate, made.toString('pem'));
  writeFileSync(both, `${key}${made.toString('pem')}\n`, { mode: 0o600 });
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
