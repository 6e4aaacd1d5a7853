import { describe, expect, it } from 'vitest';
import { expectFitAnswer } from '../answers.suite.ts';
import { answerOf, type Stage } from './stage.suite.ts';

export function describeObjectLevel(stage: Stage): void {
  describe('API1:2023 broken object level authorisation', () => {
    it('ids of another tenant in paths, bodies and queries lead to nothing', async () => {
      const before = await stage.world.theirState();
      const admin = await stage.world.as('admin');
      const user = stage.world.theirs('usr')[0];
      const project = stage.world.theirs('prj')[0];
      const tries: [string, string, unknown?][] = [
        ['GET', `/data/datasets/${stage.theirs}`],
        ['GET', `/data/profiles/${stage.theirs}`],
        ['GET', `/data/datasets/${stage.theirs}/download?format=raw`],
        ['PATCH', `/data/datasets/${stage.theirs}`, { name: 'mine' }],
        ['DELETE', `/data/datasets/${stage.theirs}`],
        ['POST', '/query/sql', { sql: 'select * from dataset', dataset_ids: [stage.theirs] }],
        ['POST', '/query/sql', { sql: 'select * from dataset', dataset_ids: [stage.ours, stage.theirs] }],
        ['POST', '/query/natural', { question: 'how many rows', dataset_ids: [stage.theirs] }],
        ['POST', '/query/validate', { sql: 'select 1', dataset_ids: [stage.theirs] }],
        ['GET', `/query/suggestions?dataset_ids=${stage.ours},${stage.theirs}`],
        ['POST', '/data/uploads', { file_name: 'a.csv', dataset_id: stage.theirs }],
        ['GET', `/provenance/${stage.theirs}`],
        ['POST', `/access/resources/${stage.theirs}/grants`, { user_id: user, permission: 'datasets:read' }],
        ['GET', `/access/members/${user}`],
        ['PATCH', `/access/projects/${project}`, { name: 'mine' }],
      ];
      for (const [method, path, body] of tries) {
        const told = await admin.call(method, path, body);
        expectFitAnswer(stage.world, told, `${method} ${path}`);
        expect([method, path, told.status]).toEqual([
          method,
          path,
          expect.toSatisfy((status: number) => status === 404 || status === 400),
        ]);
      }
      const sharing = await admin.call('POST', `/access/resources/${stage.ours}/grants`, {
        user_id: user,
        permission: 'datasets:read',
      });
      expect(sharing.status).toBeGreaterThanOrEqual(400);
      expect(await stage.world.theirState()).toEqual(before);
    });

    it('a thing of another and a thing that never was are answered alike', async () => {
      const admin = await stage.world.as('admin');
      const never = stage.theirs.replace(/.{12}$/, '000000000000');
      const [a, b] = await Promise.all(
        [stage.theirs, never].map((id) => admin.call('GET', `/data/datasets/${id}`)),
      );
      const shape = (told: { status: number; text: string } | undefined) => {
        const { code, message } = answerOf(told ?? { text: '{}' }).error;
        return { status: told?.status, code, message: message.replace(stage.theirs, '').replace(never, '') };
      };
      expect(shape(a)).toEqual(shape(b));
    });
  });
}
