import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AuditSeal, appendLink, type Head, linkHash, sealHash, sealReference } from './audit-chain.ts';
import { contentHash } from './audit-content.ts';
import { type LinkedRow, type StoredEvent, verifyRecord } from './audit-verification.ts';
import {
  batches,
  event,
  flip,
  keys,
  type Log,
  logOf,
  rewrite,
  sourceOf,
  stranger,
  verified,
} from './made-record.suite.ts';

describe('verifying the record', () => {
  it('finds nothing in any log that nobody touched, whatever the batches', async () => {
    await fc.assert(
      fc.asyncProperty(batches, async (sizes) => {
        const found = await verified(logOf(sizes));
        expect(found.findings).toEqual([]);
        expect(found.intact).toBe(true);
        expect(found.events).toBe(sizes.reduce((a, b) => a + b, 0));
      }),
    );
  });

  it('names the event in which any one column was changed', async () => {
    const columns = Object.keys(event()).filter((name) => name !== 'id') as (keyof StoredEvent)[];
    await fc.assert(
      fc.asyncProperty(batches, fc.nat(), fc.constantFrom(...columns), async (sizes, pick, column) => {
        const log = logOf(sizes);
        const target = log.events[pick % log.events.length] as StoredEvent;
        const changed = { ...target, [column]: `${target[column] ?? ''}x` } as StoredEvent;
        log.events[log.events.indexOf(target)] = changed;
        const { findings } = await verified(log);
        expect(findings.map(({ kind, event_id }) => [kind, event_id])).toEqual([
          ['event_altered', target.id],
        ]);
      }),
    );
  });

  it('names the event also when its own hash was made to fit', async () => {
    await fc.assert(
      fc.asyncProperty(batches, fc.nat(), async (sizes, pick) => {
        const log = logOf(sizes);
        const at = pick % log.events.length;
        const target = log.events[at] as StoredEvent;
        const changed = { ...target, outcome: 'refused' as const };
        log.events[at] = { ...changed, contentSha256: contentHash(changed) };
        const { findings } = await verified(log);
        expect(findings.map((each) => each.event_id)).toEqual([target.id]);
      }),
    );
  });

  it('names the event also when the whole chain behind it was written anew', async () => {
    await fc.assert(
      fc.asyncProperty(batches, fc.nat(), async (sizes, pick) => {
        const log = logOf(sizes);
        const at = pick % log.events.length;
        const target = log.events[at] as StoredEvent;
        const changed = { ...target, actorId: 'usr_mallory' };
        log.events[at] = { ...changed, contentSha256: contentHash(changed) };
        rewrite(log);
        const { findings } = await verified(log);
        expect(findings.some((each) => each.event_id === target.id)).toBe(true);
      }),
    );
  });

  it('names the link in which any one column was changed, and no other', async () => {
    const columns = ['eventSha256', 'previousSha256', 'sha256'] as const;
    await fc.assert(
      fc.asyncProperty(batches, fc.nat(), fc.constantFrom(...columns), async (sizes, pick, column) => {
        const log = logOf(sizes);
        const at = pick % log.links.length;
        const target = log.links[at] as LinkedRow['link'];
        log.links[at] = { ...target, [column]: flip(target[column]) };
        const { findings } = await verified(log);
        expect(new Set(findings.map(({ position }) => position))).toEqual(new Set([target.position]));
      }),
    );
  });

  it('names the link that was changed with its hash made to fit', async () => {
    await fc.assert(
      fc.asyncProperty(batches, fc.nat(), async (sizes, pick) => {
        const log = logOf(sizes);
        const at = pick % log.links.length;
        const target = log.links[at] as LinkedRow['link'];
        const forged = { ...target, previousSha256: flip(target.previousSha256) };
        log.links[at] = { ...forged, sha256: linkHash(forged) };
        const { findings } = await verified(log);
        expect(findings.map(({ kind, position }) => [kind, position])).toEqual([
          ['link_altered', target.position],
        ]);
      }),
    );
  });

  it('names the event that was removed', async () => {
    await fc.assert(
      fc.asyncProperty(batches, fc.nat(), async (sizes, pick) => {
        const log = logOf(sizes);
        const [gone] = log.events.splice(pick % log.events.length, 1);
        const { findings } = await verified(log);
        expect(findings.map(({ kind, event_id }) => [kind, event_id])).toEqual([['event_removed', gone?.id]]);
      }),
    );
  });

  it('names the position from which a row was removed whole', async () => {
    await fc.assert(
      fc.asyncProperty(batches, fc.nat(), async (sizes, pick) => {
        const log = logOf(sizes);
        const at = pick % log.links.length;
        log.events.splice(at, 1);
        log.links.splice(at, 1);
        const { findings } = await verified(log);
        const isLast = at === log.links.length;
        expect(findings.map(({ kind, position }) => [kind, position])).toEqual([
          [isLast ? 'tail_removed' : 'link_removed', at + 1],
        ]);
      }),
    );
  });

  it('names the event whose link was removed', async () => {
    const log = logOf([3, 3]);
    const [gone] = log.links.splice(2, 1);
    const { findings } = await verified(log);
    expect(findings.map(({ kind, event_id, position }) => [kind, event_id, position])).toEqual([
      ['link_removed', null, 3],
      ['event_unlinked', gone?.eventId, null],
    ]);
  });

  it('names both rows that changed places', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 2, max: 5 }), { minLength: 1, maxLength: 5 }),
        fc.nat(),
        fc.nat(),
        fc.boolean(),
        async (sizes, a, b, wholeRow) => {
          const log = logOf(sizes);
          const [i, j] = [a % log.links.length, b % log.links.length];
          fc.pre(i !== j);
          const [one, two] = [log.links[i], log.links[j]] as [LinkedRow['link'], LinkedRow['link']];
          const swapped = (link: typeof one, other: typeof one) =>
            wholeRow
              ? { ...link, position: other.position }
              : { ...link, eventId: other.eventId, eventSha256: other.eventSha256 };
          log.links[i] = swapped(one, two);
          log.links[j] = swapped(two, one);
          const { findings } = await verified(log);
          const reordered = findings.filter(({ kind }) => kind === 'link_reordered');
          expect(new Set(reordered.map(({ position }) => position))).toEqual(
            new Set([one.position, two.position]),
          );
        },
      ),
    );
  });

  it('names both links whose events were exchanged with hashes made to fit', async () => {
    const log = logOf([4, 4]);
    const [one, two] = [log.links[1], log.links[5]] as [LinkedRow['link'], LinkedRow['link']];
    for (const [at, link, other] of [
      [1, one, two],
      [5, two, one],
    ] as const) {
      const forged = { ...link, eventId: other.eventId, eventSha256: other.eventSha256 };
      log.links[at] = { ...forged, sha256: linkHash(forged) };
    }
    const { findings } = await verified(log);
    expect(findings.map(({ position }) => position)).toEqual([2, 6]);
  });

  it('names an event that somebody else wrote', async () => {
    await fc.assert(
      fc.asyncProperty(batches, async (sizes) => {
        const log = logOf(sizes);
        const foreign = { ...event(), mac: 'f'.repeat(64) };
        log.events.push(foreign);
        const { findings } = await verified(log);
        expect(findings.map(({ kind, event_id }) => [kind, event_id])).toEqual([['event_added', foreign.id]]);
      }),
    );
  });

  it('names a row that somebody else put at the end of the chain', async () => {
    await fc.assert(
      fc.asyncProperty(batches, async (sizes) => {
        const log = logOf(sizes);
        const last = log.links.at(-1) as Head;
        const foreign = { ...event(), mac: 'f'.repeat(64) };
        log.events.push(foreign);
        log.links.push(appendLink('tnt_1', last, foreign));
        const { findings } = await verified(log);
        expect(findings.every(({ event_id }) => event_id === foreign.id)).toBe(true);
        expect(findings.map(({ kind }) => kind).sort()).toEqual(['event_altered', 'link_added']);
      }),
    );
  });

  it('finds a row put in the middle, the chain behind it written anew', async () => {
    await fc.assert(
      fc.asyncProperty(batches, fc.nat(), async (sizes, pick) => {
        const log = logOf(sizes);
        const at = pick % log.links.length;
        const foreign = { ...event(), mac: 'f'.repeat(64) };
        log.events.splice(at, 0, foreign);
        log.links.splice(at, 0, appendLink('tnt_1', null, foreign));
        rewrite(log);
        const { findings } = await verified(log);
        expect(findings.some(({ event_id }) => event_id === foreign.id)).toBe(true);
      }),
    );
  });

  it('finds the range in which a row was taken out and the chain written anew', async () => {
    await fc.assert(
      fc.asyncProperty(batches, fc.nat(), async (sizes, pick) => {
        const log = logOf(sizes);
        const at = pick % log.links.length;
        log.events.splice(at, 1);
        log.links.splice(at, 1);
        rewrite(log);
        const { findings } = await verified(log);
        expect(findings.length).toBeGreaterThan(0);
        for (const { position, last_position } of findings.filter(({ kind }) => kind === 'rewritten')) {
          expect(position).toBeLessThanOrEqual(at + 1);
          expect(last_position).toBeGreaterThanOrEqual(at + 1);
        }
      }),
    );
  });

  it('names the seal in which any one column was changed', async () => {
    const columns = ['time', 'heads', 'previousSha256', 'sha256', 'signature', 'keyId'] as const;
    await fc.assert(
      fc.asyncProperty(batches, fc.nat(), fc.constantFrom(...columns), async (sizes, pick, column) => {
        const log = logOf(sizes);
        const at = pick % log.seals.length;
        const target = log.seals[at] as AuditSeal;
        log.seals[at] = { ...target, [column]: flip(target[column]) };
        const { findings } = await verified(log);
        const named = findings.filter(({ kind }) => kind === 'seal_altered').map(({ seal }) => seal);
        expect(named).toEqual([target.number]);
      }),
    );
  });

  it('names seals forged without the key', async () => {
    await fc.assert(
      fc.asyncProperty(batches, fc.nat(), async (sizes, pick) => {
        const log = logOf(sizes);
        const at = pick % log.seals.length;
        for (let index = at; index < log.seals.length; index += 1) {
          const seal = log.seals[index] as AuditSeal;
          const before = log.seals[index - 1];
          const forged = {
            ...seal,
            time: '2025-01-01T00:00:00.000Z',
            previousSha256: before === undefined ? seal.previousSha256 : sealReference(before),
          };
          const sha256 = sealHash(forged);
          log.seals[index] = { ...forged, sha256, signature: stranger.sign(sha256) };
        }
        const { findings } = await verified(log);
        const named = findings.filter(({ kind }) => kind === 'seal_altered').map(({ seal }) => seal);
        expect(new Set(named)).toEqual(new Set(log.seals.slice(at).map(({ number }) => number)));
      }),
    );
  });

  it('names the seal that was removed', async () => {
    await fc.assert(
      fc.asyncProperty(batches, fc.nat(), async (sizes, pick) => {
        const log = logOf(sizes);
        fc.pre(log.seals.length > 1);
        const at = pick % (log.seals.length - 1);
        const [gone] = log.seals.splice(at, 1);
        const { findings } = await verified(log);
        expect(findings.filter(({ kind }) => kind === 'seal_removed').map(({ seal }) => seal)).toEqual([
          gone?.number,
        ]);
      }),
    );
  });

  it('finds an end that was cut off whole only by a checkpoint, and then does', async () => {
    await fc.assert(
      fc.asyncProperty(batches, async (sizes) => {
        fc.pre(sizes.length > 1);
        const whole = logOf(sizes);
        const last = whole.seals.at(-1) as AuditSeal;
        const keptEvents = sizes.slice(0, -1).reduce((a, b) => a + b, 0);
        const cut: Log = {
          links: whole.links.slice(0, keptEvents),
          events: whole.events.slice(0, keptEvents),
          seals: whole.seals.slice(0, -1),
        };
        expect((await verified(cut)).intact).toBe(true);
        const checkpoint = { number: last.number, sha256: sealReference(last), time: last.time };
        expect((await verified(whole, [checkpoint])).intact).toBe(true);
        const { findings } = await verified(cut, [checkpoint]);
        expect(findings.map(({ kind, seal }) => [kind, seal])).toEqual([['tail_removed', last.number]]);
      }),
    );
  });

  it('finds by a checkpoint that even the holder of the key wrote the record anew', async () => {
    const whole = logOf([2, 3, 2]);
    const known = whole.seals[1] as AuditSeal;
    const other = logOf([2, 3, 2]);
    const { findings } = await verified(other, [
      { number: known.number, sha256: sealReference(known), time: known.time },
    ]);
    expect(findings.map(({ kind, seal }) => [kind, seal])).toEqual([['checkpoint_differs', 2]]);
  });

  it('says nothing of events that are still on their way', async () => {
    const log = logOf([2]);
    const fresh = event();
    const source = sourceOf(log);
    const found = await verifyRecord(
      {
        ...source,
        unlinked: async function* () {
          yield [{ event: fresh, waitingMs: 300 }];
        },
      },
      keys,
      'tnt_1',
    );
    expect([found.intact, found.waiting]).toEqual([true, 1]);
  });
});
