import { describe, expect, it } from 'vitest';
import { says, sendsRubbish } from '../../platform/llm/model-server.suite.ts';
import { expectFitAnswer } from '../answers.suite.ts';
import { answerOf, type Stage } from './stage.suite.ts';

export function describeForeignAnswers(stage: Stage): void {
  describe('API10:2023 unsafe consumption of APIs', () => {
    const proposes = (sql: string) =>
      says(JSON.stringify({ sql, interpretation: 'As asked', confidence: 1 }));

    it('what a language model answers is trusted no more than what a stranger sends', async () => {
      const admin = await stage.world.as('admin');
      const hostile = [
        proposes("select * from read_csv('/etc/passwd')"),
        proposes("select * from '/var/lib/stroma/**/*.parquet'"),
        proposes("copy (select 1) to '/tmp/stolen.csv'"),
        proposes('drop table plants; select 1'),
        proposes("install httpfs; load httpfs; select * from 'http://169.254.169.254/'"),
        proposes("select getenv('PATH'), current_setting('home_directory')"),
        proposes('select * from duckdb_settings()'),
        says('x'.repeat(3_000_000)),
        says('{"sql":{"__proto__":{"admin":true}},"interpretation":[],"confidence":"<script>"}'),
        says(JSON.stringify({ sql: 7, interpretation: null, confidence: -1 })),
        sendsRubbish,
      ];
      for (const [index, reaction] of hostile.entries()) {
        stage.model.reactWith(reaction);
        const told = await admin.call('POST', '/query/natural', {
          question: `what is the tallest species ${index}`,
          dataset_ids: [stage.ours],
        });
        expectFitAnswer(stage.world, told, `model answer ${index}`);
        expect(told.text).not.toMatch(/root:x:0|stroma_session|home_directory":/);
        if (told.status === 200 && answerOf(told).sql !== null)
          expect(answerOf(told).answered_by).not.toBe('language_model');
      }
      expect(({} as Record<string, unknown>).admin).toBeUndefined();
    });
  });
}
