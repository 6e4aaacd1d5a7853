import type { CriticalPolicy, ModelFairness, SignatureSubject, VersionGovernance } from '@stroma/contracts';
import { expect } from 'vitest';
import { type DataServer, type Person, password } from '../../data/data-server.suite.ts';

export type Refusal = { error: { code: string; message: string; details: Record<string, unknown> } };

/** A model of one version, and people who may do different things with it. */
export interface Governed {
  server: DataServer;
  scientist: Person;
  colleague: Person;
  manager: Person;
  director: Person;
  tested: string;
  model: string;
}

export const rule = (name: string, when: object, more: object = {}) => ({ name, when, ...more });

/** What is asked of a governed model again and again. */
export class GovernedCalls {
  readonly #of: () => Governed;

  constructor(of: () => Governed) {
    this.#of = of;
  }

  at(what: string): string {
    return `/ml/models/${this.#of().model}/versions/1/${what}`;
  }

  policy(person: Person, rules: object[]) {
    return person.call<CriticalPolicy & Refusal>('PUT', '/ml/governance/policy', { rules });
  }

  async governance(): Promise<VersionGovernance> {
    return (await this.#of().scientist.call<VersionGovernance>('GET', this.at('governance'))).body;
  }

  async fairness(body: object = {}): Promise<ModelFairness> {
    const { scientist, tested } = this.#of();
    const asked = await scientist.call<{ job_id: string }>('POST', this.at('fairness'), {
      dataset_id: tested,
      protected: ['site', 'sex'],
      positive: 'rare',
      ...body,
    });
    expect((await scientist.jobEnd(asked.body.job_id)).status).toBe('succeeded');
    return (await scientist.call<ModelFairness>('GET', this.at('fairness'))).body;
  }
}

/** Rare ones are short; in the south a third of them are turned. */
export const kindsTable = (rows: number, from = 0): string =>
  [
    'kind,length,width,site,sex',
    ...Array.from({ length: rows }, (_, at) => {
      const row = at + from;
      const isRare = row % 2 === 0;
      const site = ['north', 'south'][Math.floor(row / 2) % 2];
      const turned = site === 'south' && Math.floor(row / 4) % 3 === 0;
      const length = (isRare !== turned ? 5 : 7) + ((row * 7) % 11) / 9;
      const sex = Math.floor(row / 8) % 2 === 0 ? 'f' : 'm';
      return `${isRare ? 'rare' : 'common'},${length.toFixed(2)},${(3 + ((row * 5) % 7) / 10).toFixed(2)},${site},${sex}`;
    }),
  ].join('\n');

/** As a person who proves once more who they are. */
export async function sign(person: Person, object: { kind: string; id: string }, meaning = 'approved') {
  const { kind, id } = object;
  const subject = await person.call<SignatureSubject>('GET', `/signatures/subject?kind=${kind}&id=${id}`);
  return person.call('POST', '/signatures', {
    object,
    content_sha256: subject.body.content_sha256,
    meaning,
    password,
  });
}

export const statements = (more: object = {}) => ({
  classification: {
    scope: 'in_scope',
    prohibited: [],
    safety_component: false,
    annex_iii: ['essential_services'],
    profiles_persons: false,
    transparency: [],
    reasons: 'It orders who is seen first.',
  },
  answers: { intended_purpose: 'Tells rare kinds from common ones.' },
  hazards: [
    {
      kind: 'error',
      hazard: 'A rare kind is taken for a common one.',
      affected: 'Whoever is looked at later',
      likelihood: 'possible',
      severity: 'serious',
      mitigation: 'A person looks at every one.',
      residual_likelihood: 'unlikely',
      residual_severity: 'minor',
      accepted: true,
    },
  ],
  ...more,
});
