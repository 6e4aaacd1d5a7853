import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const version = '3.9.1';
const cache = resolve(import.meta.dirname, '../.cache/kafka', version);

/**
 * What a Kafka broker of the tests is started from: `java`, and the jars of Apache Kafka, which `mvn` fetches once and
 * which are held against scripts/kafka-jars.sha256. A text says what is missing.
 */
export function findKafka(): { classPath: string } | string {
  if (spawnSync('java', ['-version'], { stdio: 'ignore' }).status !== 0) return 'there is no Java here';
  const jars = readFileSync(join(import.meta.dirname, 'kafka-jars.sha256'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => ({ sha256: line.slice(0, 64), path: join(cache, line.slice(66)) }));
  if (!jars.every(({ path }) => existsSync(path)) && !fetchJars())
    return 'the jars of Apache Kafka could not be had';
  for (const { path, sha256 } of jars)
    if (createHash('sha256').update(readFileSync(path)).digest('hex') !== sha256)
      throw new Error(
        `${path} is not the file it should be (scripts/kafka-jars.sha256). Remove it and try again.`,
      );
  return { classPath: jars.map(({ path }) => path).join(':') };
}

function fetchJars(): boolean {
  mkdirSync(cache, { recursive: true });
  const pom = join(cache, 'pom.xml');
  writeFileSync(
    pom,
    `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>stroma</groupId><artifactId>kafka-jars</artifactId><version>1</version>
<dependencies><dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${version}</version></dependency></dependencies></project>`,
  );
  const fetched = spawnSync(
    'mvn',
    [
      ...['-q', '-B', '-f', pom, 'dependency:copy-dependencies'],
      ...[`-DoutputDirectory=${cache}`, '-DincludeScope=runtime', '-Dmdep.useRepositoryLayout=true'],
    ],
    { stdio: 'ignore', timeout: 300_000 },
  );
  return fetched.status === 0;
}
